import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Picture } from '../../../src/contracts/ports.ts';
import { snapshotRenderer } from '../../../src/vision/annotate.ts';
import { decodeForCanvas } from '../../../src/vision/encoded-picture.ts';
import { readPicture } from '../../../src/vision/picture.ts';
import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';
import { withEmptyScans } from './jpeg-segments.ts';
import { chunksOf, lyingPng, pngEnd, pngHeader, pngOf } from './png-chunks.ts';

const frame = await drawnFrame();
const drawn = () => sharp(frame.bytes, { raw: { width: frame.width, height: frame.height, channels: 3 } });
const jpeg = await drawn().jpeg({ quality: 92 }).toBuffer();

describe('pictures that can be used', () => {
  const detector = newDetector();
  after(() => detector.close());
  const people = async (picture: Picture) => {
    const outcome = await detector.detect(jobFor(picture, { labels: new Set(['person']) }));
    assert.ok(!outcome.dropped);
    return { people: outcome.objects, width: outcome.width, height: outcome.height };
  };

  const kinds = {
    'a JPEG': () => Promise.resolve(jpeg),
    'a CMYK JPEG': () => drawn().toColourspace('cmyk').jpeg().toBuffer(),
    'a PNG with 16 bits and alpha': () => drawn().ensureAlpha().toColourspace('rgb16').png().toBuffer(),
    'a PNG in grey': () => drawn().greyscale().png().toBuffer(),
    'a PNG with a palette': () => drawn().png({ palette: true }).toBuffer(),
    'a grey JPEG': () => drawn().greyscale().jpeg().toBuffer(),
    'a grey PNG with alpha': () => drawn().greyscale().ensureAlpha().png().toBuffer(),
    'a grey PNG with 16 bits': () => drawn().toColourspace('grey16').png().toBuffer(),
    'an interlaced PNG': () => drawn().png({ progressive: true }).toBuffer(),
    'a progressive JPEG': () => drawn().jpeg({ progressive: true }).toBuffer(),
    'a JPEG with a wide colour profile': () => drawn().withIccProfile('p3').jpeg().toBuffer(),
    'an animated PNG, which counts with its first picture': async () => animated(await drawn().png().toBuffer()),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    test(`the person is found in ${kind}`, async () => {
      const picture = await readPicture(await make());
      const found = await people(picture);
      assert.deepEqual([found.width, found.height], [768, 432]);
      assert.equal(found.people.length, 1);
    });
  }

  test('8K is a picture as well', async () => {
    const large = await drawn().resize(7680, 4320, { kernel: 'nearest' }).jpeg().toBuffer();
    const found = await people(await readPicture(large));
    assert.deepEqual([found.width, found.height, found.people.length], [7680, 4320, 1]);
  });

  // Where the upper left and the upper right of what is stored belong, by the EXIF standard.
  const corners = { 1: 'tl tr', 2: 'tr tl', 3: 'br bl', 4: 'bl br', 5: 'tl bl', 6: 'tr br', 7: 'br tr', 8: 'bl tl' };
  for (const [orientation, places] of Object.entries(corners)) {
    test(`orientation ${orientation} of EXIF is undone`, async () => {
      const lying = Number(orientation) > 4;
      const corner = (left: number, background: string) => {
        return { input: { create: { width: 32, height: 16, channels: 3 as const, background } }, left, top: 0 };
      };
      const stored = await sharp({ create: { width: 64, height: 32, channels: 3, background: '#000' } })
        .composite([corner(0, '#f00'), corner(32, '#0f0')])
        .jpeg({ quality: 95 })
        .withMetadata({ orientation: Number(orientation) })
        .toBuffer();
      const size = lying ? { width: 32, height: 64 } : { width: 64, height: 32 };
      const whole = { canvas: size, picture: { ...size, padX: 0, padY: 0 } };
      const { pixels, width, height } = await decodeForCanvas(stored, () => whole);
      assert.deepEqual({ width, height }, size);
      const at = (place: string) => {
        const x = place.endsWith('l') ? 4 : width - 5;
        const y = place.startsWith('t') ? 4 : height - 5;
        return [...pixels.rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].map((byte) => byte > 128);
      };
      assert.deepEqual(places.split(' ').map(at), [
        [true, false, false],
        [false, true, false],
      ]);
    });
  }

  test('a picture lying on its side is set upright, as its EXIF says', async () => {
    const lying = await drawn().rotate(90).jpeg({ quality: 92 }).withMetadata({ orientation: 8 }).toBuffer();
    const picture = await readPicture(lying);
    assert.deepEqual([picture.width, picture.height], [768, 432]);
    const [person] = (await people(picture)).people;
    assert.ok(person !== undefined && person.box.height * 432 > person.box.width * 768);
    const snapshot = await sharp(await snapshotRenderer.jpeg(picture, [person])).metadata();
    assert.deepEqual([snapshot.width, snapshot.height, snapshot.orientation], [768, 432, undefined]);
  });

  test('one pixel is a picture, too', async () => {
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    assert.deepEqual((await people(await readPicture(png))).people, []);
  });
});

describe('pictures that cannot', () => {
  const detector = newDetector();
  after(() => detector.close());

  const headless: Record<string, Buffer> = {
    'no bytes': Buffer.alloc(0),
    text: Buffer.from('this is not a picture, however long one looks at it'),
    SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'),
    'the first bytes of a JPEG': jpeg.subarray(0, 20),
    'a PNG that claims 60,000 x 60,000 pixels': lyingPng(60_000, 60_000),
    'a PNG that claims one line of 67,108,864 pixels': lyingPng(67_108_864, 1),
    'a PNG that claims 16,385 x 1 pixels': lyingPng(16_385, 1),
    'a PNG that claims 6001 x 6000 pixels': lyingPng(6001, 6000),
  };
  for (const [what, bytes] of Object.entries(headless)) {
    test(`${what}: refused by the header`, async () => {
      await assert.rejects(readPicture(bytes), { name: 'ES_IMAGE_INVALID' });
      const picture: Picture = { bytes, encoding: 'jpeg', width: 768, height: 432 };
      await assert.rejects(detector.detect(jobFor(picture)), { name: 'ES_IMAGE_INVALID' });
      await assert.rejects(snapshotRenderer.jpeg(picture, []), { name: 'ES_IMAGE_INVALID' });
    });
  }

  const strangers: Record<string, () => Promise<Buffer>> = {
    'a GIF': () => drawn().resize(64).gif().toBuffer(),
    'a WebP': () => drawn().resize(64).webp().toBuffer(),
    'a TIFF': () => drawn().resize(64).tiff().toBuffer(),
    'an AVIF': () => drawn().resize(64).avif({ effort: 0 }).toBuffer(),
    'a BMP': () => Promise.resolve(Buffer.from('BM\x46\0\0\0')),
    'a PDF': () => Promise.resolve(Buffer.from('%PDF-1.7\n')),
    'a JPEG XL': () => Promise.resolve(Buffer.from([0xff, 0x0a, 0, 0])),
    'a JPEG 2000': () => Promise.resolve(Buffer.from([0xff, 0x4f, 0xff, 0x51])),
    'SVG, HTML': () => Promise.resolve(Buffer.from('\n<!DOCTYPE html><html>Not found</html>')),
    JSON: () => Promise.resolve(Buffer.from('{"error":"unauthorised"}')),
    Base64: () => Promise.resolve(Buffer.from(jpeg.toString('base64'))),
  };
  for (const [what, make] of Object.entries(strangers)) {
    test(`${what}: refused by what it is`, async () => {
      const bytes = await make();
      const refusal = { name: 'ES_IMAGE_INVALID', message: new RegExp(`^This is ${what}.*, neither a JPEG nor a PNG`) };
      await assert.rejects(readPicture(bytes), refusal);
      const picture: Picture = { bytes, encoding: 'jpeg', width: 64, height: 36 };
      await assert.rejects(detector.detect(jobFor(picture)), refusal);
    });
  }

  test('a small file that would take a minute to decode: a JPEG of thousands of empty scans', async () => {
    const size = { width: 5000, height: 5000 };
    const plain = await sharp({ create: { ...size, channels: 3, background: '#888' } })
      .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const bomb = withEmptyScans(plain, size, 2646);
    assert.ok(bomb.length < 300_000);
    await assert.rejects(readPicture(bomb), { name: 'ES_IMAGE_INVALID', message: /more than 200 scans/ });
    assert.deepEqual((await readPicture(withEmptyScans(plain, size, 20))).width, 5000);
  });

  test('an interlaced PNG that would be decoded whole into 265 MB', async () => {
    const header = pngHeader(7680, 4320, { depth: 16, colour: 6, interlace: 1 });
    const bytes = pngOf(header, { type: 'IDAT', data: deflateSync(Buffer.alloc(1000)) }, pngEnd);
    await assert.rejects(readPicture(bytes), { name: 'ES_IMAGE_INVALID', message: /7680 x 4320/ });
  });

  test('files and frames without measure', async () => {
    const large = Buffer.concat([jpeg, Buffer.alloc(64 * 1024 * 1024)]);
    await assert.rejects(readPicture(large), { name: 'ES_IMAGE_INVALID', message: /has 67 MB/ });
    const bytes = Buffer.alloc(3 * 36_000_003);
    const huge: Picture = { bytes, encoding: 'rgb24', width: 36_000_003, height: 1 };
    await assert.rejects(detector.detect(jobFor(huge)), { name: 'ES_IMAGE_INVALID', message: /too many/ });
    await assert.rejects(readPicture(bytes), { name: 'ES_IMAGE_INVALID', message: /too many/ });
  });

  test('frames that lie about their size, or have padding behind their rows', async () => {
    const padded = { ...frame, bytes: Buffer.alloc((frame.width * 3 + 64) * frame.height) };
    const { width, height } = frame;
    const lies = [
      { width: height, height: width + 1 },
      { width: -width, height: -height },
      { width: NaN, height },
      { width: width * 2, height: height / 2 },
      { width: 0, height: 0 },
      { width: Infinity, height: 0 },
    ];
    for (const lie of [padded, ...lies.map((size) => ({ ...frame, ...size }))]) {
      const half = lie.width === width * 2;
      if (half) assert.equal((await detector.detect(jobFor(lie))).dropped, false, 'nobody can know');
      else await assert.rejects(detector.detect(jobFor(lie)), { name: 'ES_IMAGE_INVALID' });
      if (!half) await assert.rejects(snapshotRenderer.jpeg(lie, []), { name: 'ES_IMAGE_INVALID' });
    }
  });

  test('memory that is taken away while native code would read it', async () => {
    const program = resolve(import.meta.dirname, 'memory-taken-away.ts');
    const small = await drawn().resize(320).jpeg().toBuffer();
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, small.toString('base64')]);
    assert.equal(stdout, 'shrunk: alive\ngiven away: alive\nshared: alive\n');
  });

  test('a truncated JPEG: its header is good, decoding fails by name', async () => {
    const picture = await readPicture(jpeg.subarray(0, jpeg.length / 2));
    await assert.rejects(detector.detect(jobFor(picture)), { name: 'ES_IMAGE_INVALID' });
    await assert.rejects(snapshotRenderer.jpeg(picture, []), { name: 'ES_IMAGE_INVALID' });
  });

  test('raw bytes that do not fill the picture', async () => {
    const short: Picture = { ...frame, bytes: frame.bytes.subarray(3) };
    await assert.rejects(detector.detect(jobFor(short)), { name: 'ES_IMAGE_INVALID' });
    await assert.rejects(snapshotRenderer.jpeg(short, []), { name: 'ES_IMAGE_INVALID' });
  });

  test('after all of them the detector still works', async () => {
    assert.equal((await detector.detect(jobFor(frame))).dropped, false);
  });
});

/** Two more pictures behind the first: frames, as the format calls them, of nothing. */
function animated(png: Buffer): Buffer {
  const control = (...numbers: number[]) => {
    const data = Buffer.alloc(numbers.length * 4);
    numbers.forEach((one, index) => data.writeUInt32BE(one, index * 4));
    return data;
  };
  const timing = Buffer.alloc(6);
  const [header, ...rest] = chunksOf(png);
  const end = rest.pop();
  assert.ok(header !== undefined && end !== undefined);
  const one = deflateSync(Buffer.alloc(4));
  return pngOf(
    header,
    { type: 'acTL', data: control(2, 0) },
    { type: 'fcTL', data: Buffer.concat([control(0, frame.width, frame.height, 0, 0), timing]) },
    ...rest,
    { type: 'fcTL', data: Buffer.concat([control(1, 1, 1, 0, 0), timing]) },
    { type: 'fdAT', data: Buffer.concat([control(2), one]) },
    end,
  );
}
