import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Picture } from '../../../src/contracts/ports.ts';
import { snapshotRenderer } from '../../../src/vision/annotate.ts';
import { readPicture } from '../../../src/vision/picture.ts';
import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';

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
  };
  for (const [kind, make] of Object.entries(kinds)) {
    test(`the person is found in ${kind}`, async () => {
      const picture = await readPicture(await make());
      const found = await people(picture);
      assert.deepEqual([found.width, found.height], [768, 432]);
      assert.equal(found.people.length, 1);
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
    'a PNG that claims 60,000 x 60,000 pixels': hugePng(60_000, 60_000),
    'a PNG that claims one line of 67,108,864 pixels': hugePng(67_108_864, 1),
    'a PNG that claims 16,385 x 1 pixels': hugePng(16_385, 1),
    'a PNG that claims 5001 x 5000 pixels': hugePng(5001, 5000),
  };
  for (const [what, bytes] of Object.entries(headless)) {
    test(`${what}: refused by the header`, async () => {
      await assert.rejects(readPicture(bytes), { name: 'ES_IMAGE_INVALID' });
      const picture: Picture = { bytes, encoding: 'jpeg', width: 768, height: 432 };
      await assert.rejects(detector.detect(jobFor(picture)), { name: 'ES_IMAGE_INVALID' });
      await assert.rejects(snapshotRenderer.jpeg(picture, []), { name: 'ES_IMAGE_INVALID' });
    });
  }

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

/** A PNG whose header lies: what it holds is a few bytes of nothing. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
