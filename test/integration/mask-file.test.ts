import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { openPrivacyMask } from '../../src/media/privacy/mask-file.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
const programs = {
  'of this machine': await locateFfmpeg(),
  'of 2018': await locateFfmpeg({ configured: installer.path }),
};
const clock = new SiteClock();

/** White, with a black rectangle on the left half; `black` is how bright its black is. */
function drawn(width: number, height: number, black = 0): Sharp {
  const [right, bottom] = [width / 2, height / 2];
  const pixels = Uint8Array.from({ length: width * height }, (_, index) =>
    index % width < right && index / width < bottom ? black : 255,
  );
  return sharp(pixels, { raw: { width, height, channels: 1 } });
}

/** Rows of a white picture of 16 x 8 after the mask: `#` for black. */
async function burnt(maskFile: string, program = programs['of this machine']): Promise<string[]> {
  const mask = await openPrivacyMask({ polygons: [], maskFile }, { program, clock });
  const bytes = Buffer.alloc(16 * 8 * 3, 255);
  mask.burn({ width: 16, height: 8, bytes });
  return Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 16 }, (_, column) => (bytes[(row * 16 + column) * 3] === 0 ? '#' : '.')).join(''),
  );
}

const upperLeft = [...Array<string>(6).fill('##########......'), ...Array<string>(2).fill('................')];

describe('a mask file', () => {
  const pgm = Buffer.from('P5\n4 2\n1\n\0\0\x01\x01\x01\x01\x01\x01', 'latin1');
  const files: [string, () => Promise<Buffer>][] = [
    ['PNG', () => drawn(640, 320).png().toBuffer()],
    ['PNG of two colours', () => drawn(640, 320).png({ palette: true, colours: 2 }).toBuffer()],
    ['JPEG with its noise', () => drawn(640, 320, 30).jpeg({ quality: 30 }).toBuffer()],
    ['a PGM of eight pixels', () => Promise.resolve(pgm)],
    ['PNG as large as an 8K picture', () => drawn(7680, 3840).png().toBuffer()],
  ];
  for (const [name, program] of Object.entries(programs)) {
    for (const [what, make] of files) {
      test(`of ${what} blacks out what is black in it, with the ffmpeg ${name}`, async (t) => {
        const file = join(temporaryFolder(t), 'a mask');
        writeFileSync(file, await make());
        assert.deepEqual(await burnt(file, program), upperLeft);
      });
    }
  }

  test('with a black spot of two pixels in an 8K picture hides it all the same', async (t) => {
    const [width, height] = [7680, 3840];
    const pixels = new Uint8Array(width * height).fill(255);
    for (const index of [1900 * width + 3800, 1900 * width + 3801]) pixels[index] = 0;
    const file = join(temporaryFolder(t), 'spot.png');
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(file);
    assert.ok((await burnt(file)).join('').includes('#'));
  });

  test('that is a pipe which nobody writes to holds no thread', async (t) => {
    if (!requirement(t, process.platform !== 'win32', 'named pipes')) return;
    const pipe = join(temporaryFolder(t), 'pipe');
    execFileSync('mkfifo', [pipe]);
    // More than Node.js has threads for files: were they held, nothing could be read any more.
    const tries = Array.from({ length: 8 }, () => assert.rejects(burnt(pipe), { name: 'ES_MASK_INVALID' }));
    await Promise.all(tries);
    for (const file of ['/dev/zero', '/dev/null']) await assert.rejects(burnt(file), /not a file/);
  });

  test('that is missing, not readable, no picture, too large or black all over is refused by name', async (t) => {
    const folder = temporaryFolder(t);
    const path = (name: string): string => join(folder, name);
    mkdirSync(path('folder'));
    writeFileSync(path('text.png'), 'no picture');
    writeFileSync(path('playlist.m3u8'), `#EXTM3U\n#EXTINF:1,\nfile:${path('white.png')}\n`);
    writeFileSync(path('empty.png'), '');
    writeFileSync(path('large.png'), '');
    truncateSync(path('large.png'), 40_000_000);
    await drawn(64, 32, 255).png().toFile(path('white.png'));
    writeFileSync(path('cut.png'), (await drawn(64, 32).png().toBuffer()).subarray(0, 60));
    const jpeg = await drawn(640, 320).jpeg().toBuffer();
    writeFileSync(path('cut.jpg'), jpeg.subarray(0, jpeg.length * 0.6));
    await sharp({ create: { width: 64, height: 32, channels: 3, background: '#000' } })
      .png()
      .toFile(path('black.png'));
    const cases: [string, string, RegExp][] = [
      [path('none.png'), 'ES_MASK_MISSING', /There is no mask file/],
      [path('text.png/inside'), 'ES_MASK_MISSING', /There is no mask file/],
      ['mask.png', 'ES_MASK_INVALID', /not absolute/],
      [path('folder'), 'ES_MASK_INVALID', /not a file|EISDIR/],
      [path('text.png'), 'ES_MASK_INVALID', /no picture/],
      [path('playlist.m3u8'), 'ES_MASK_INVALID', /no picture/],
      [path('empty.png'), 'ES_MASK_INVALID', /no picture/],
      [path('cut.png'), 'ES_MASK_INVALID', /no picture/],
      [path('cut.jpg'), 'ES_MASK_INVALID', /no picture/],
      [path('large.png'), 'ES_MASK_INVALID', /larger than 32 MB/],
      [path('black.png'), 'ES_MASK_INVALID', /black all over/],
    ];
    if (process.getuid?.() !== 0) {
      writeFileSync(path('closed.png'), '');
      chmodSync(path('closed.png'), 0);
      cases.push([path('closed.png'), 'ES_MASK_INVALID', /cannot be read/]);
    }
    for (const [file, name, message] of cases) {
      await assert.rejects(burnt(file), (error: Error) => {
        assert.equal(error.name, name, `${file}: ${error.message}`);
        assert.match(error.message, message);
        assert.match(error.message, /No picture leaves the camera/);
        return true;
      });
    }
    assert.deepEqual([...new Set(await burnt(path('white.png')))], ['................']);
  });
});
