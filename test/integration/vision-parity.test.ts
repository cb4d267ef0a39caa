import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { DetectedObject } from '../../src/contracts/messages.ts';
import type { Picture } from '../../src/contracts/ports.ts';
import { iou } from '../../src/geometry/boxes.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { mostObjects } from '../../src/vision/read-outputs.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { newDetector } from '../unit/vision/drawn-picture.ts';

/**
 * Our whole path (worker thread, decoding, scaling, model, boxes) against detections that an independent program made
 * with the same network: file -> [[label, score, x, y, width, height], ...], rounded to four decimals.
 */
type Reference = Record<string, [label: string, score: number, x: number, y: number, width: number, height: number][]>;

/** Same decoder and same resizer: nothing but the rounding of the reference may differ. */
const rounding = 0.0001;
/**
 * Raw frames are scaled by our own bilinear loop, without the low-pass of the reference's resizer: each score moves a
 * little, in either direction. On still footage that is far less than on pictures full of small texture.
 */
const rawFrames = { pictures: { typical: 0.02, most: 0.075, found: 0.97 }, footage: { most: 0.08 } };

function readReference(file: string): Reference {
  return JSON.parse(readFileSync(sharedFile('vision', file), 'utf8')) as Reference;
}

async function withDetector(work: (detect: Detect) => Promise<void>): Promise<void> {
  const detector = newDetector();
  try {
    await work(async (picture, threshold) => {
      const place = { source: 'test', slot: 'test', maxWaitMs: Infinity };
      const job = { ...place, picture, threshold, labels: new Set<string>() };
      const outcome = await detector.detect(job);
      assert.ok(!outcome.dropped);
      return outcome.objects;
    });
  } finally {
    await detector.close();
  }
}
type Detect = (picture: Picture, threshold: number) => Promise<DetectedObject[]>;

interface Match {
  expected: Reference[string][number];
  found: DetectedObject | undefined;
}

/** For every expected object the found one of the same label that is most alike, each used once. */
function match(expected: Reference[string], found: readonly DetectedObject[]): Match[] {
  const unused = new Set(found);
  return expected.map((object) => {
    const [label, score, x, y, width, height] = object;
    const likeness = (other: DetectedObject) => iou(other.box, { x, y, width, height }) - Math.abs(other.score - score);
    const best = [...unused].filter((other) => other.label === label).sort((a, b) => likeness(b) - likeness(a))[0];
    if (best === undefined || likeness(best) < 0.5) return { expected: object, found: undefined };
    unused.delete(best);
    return { expected: object, found: best };
  });
}

function scoreDifference({ expected, found }: Match): number {
  return found === undefined ? Infinity : Math.abs(found.score - expected[1]);
}

function boxDifference({ expected: [, , x, y, width, height], found }: Match): number {
  if (found === undefined) return Infinity;
  const { box } = found;
  return Math.max(...[box.x - x, box.y - y, box.width - width, box.height - height].map(Math.abs));
}

function assertEqual(matches: readonly Match[], found: readonly DetectedObject[], where: string): void {
  assert.equal(found.length, matches.length, `${where}: number of objects`);
  for (const one of matches) {
    assert.ok(scoreDifference(one) <= rounding, `${where}: score of ${JSON.stringify(one)}`);
    assert.ok(boxDifference(one) <= rounding, `${where}: box of ${JSON.stringify(one)}`);
  }
}

async function decode(bytes: Buffer): Promise<Picture> {
  const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { bytes: data, encoding: 'rgb24', width: info.width, height: info.height };
}

describe('NanoDet-g against its reference', () => {
  test('128 JPEG pictures: every object from a score of 0.05 on, to the last digit', async (t) => {
    if (!sharedRequirement(t, 'vision', 'reference-nanodet-416.json')) return;
    const reference = readReference('reference-nanodet-416.json');
    await withDetector(async (detect) => {
      for (const [file, expected] of Object.entries(reference)) {
        const bytes = readFileSync(sharedFile('vision', 'images', file));
        const found = await detect({ bytes, encoding: 'jpeg', width: 1, height: 1 }, 0.05);
        // Where the reference's rounded score is 0.05, the true one may lie on either side; a message ends at some number.
        const clear = expected.filter(([, score]) => score > 0.05).slice(0, mostObjects);
        assertEqual(match(clear, found), found.slice(0, clear.length), file);
      }
    });
  });

  test('128 raw pictures: the same objects, scores within what the resizers differ by', async (t) => {
    if (!sharedRequirement(t, 'vision', 'reference-nanodet-416.json')) return;
    const matches: Match[] = [];
    await withDetector(async (detect) => {
      for (const [file, expected] of Object.entries(readReference('reference-nanodet-416.json'))) {
        const found = await detect(await decode(readFileSync(sharedFile('vision', 'images', file))), 0.2);
        const clear = expected.filter(([, score]) => score >= 0.4);
        matches.push(...match(clear, found));
      }
    });
    const differences = matches.map(scoreDifference).sort((a, b) => a - b);
    const at = (share: number) => differences[Math.floor(share * differences.length)] ?? Infinity;
    t.diagnostic(`${differences.length} objects; median ${at(0.5).toFixed(4)}, 95 % ${at(0.95).toFixed(4)}`);
    assert.ok(at(0.5) <= rawFrames.pictures.typical, `typical difference ${at(0.5)}`);
    assert.ok(at(0.95) <= rawFrames.pictures.most, `95 % of differences up to ${at(0.95)}`);
    assert.ok(at(rawFrames.pictures.found) < Infinity, 'objects are missing');
  });

  test('real footage at one frame a second, encoded and raw', async (t) => {
    if (!sharedRequirement(t, 'media', 'demo.mp4')) return;
    const reference = Object.entries(readReference('reference-demo-1fps.json'));
    const frames = await framesOf(sharedFile('media', 'demo.mp4'), 768, 432);
    assert.equal(frames.length, reference.length);
    let worst = 0;
    await withDetector(async (detect) => {
      for (const [index, [name, expected]] of reference.entries()) {
        const frame = frames[index];
        assert.ok(frame !== undefined);
        const clear = expected.filter(([, score]) => score > 0.2);

        const png = await sharp(frame, { raw: { width: 768, height: 432, channels: 3 } })
          .png()
          .toBuffer();
        const encoded = await detect({ bytes: png, encoding: 'jpeg', width: 768, height: 432 }, 0.2);
        assertEqual(match(clear, encoded), encoded.slice(0, clear.length), `${name}, encoded`);

        const raw = await detect({ bytes: frame, encoding: 'rgb24', width: 768, height: 432 }, 0.2);
        const sure = match(
          clear.filter(([, score]) => score >= 0.4),
          raw,
        );
        for (const one of sure) {
          worst = Math.max(worst, scoreDifference(one));
          assert.ok(scoreDifference(one) <= rawFrames.footage.most, `${name}, raw: ${JSON.stringify(one)}`);
        }
      }
    });
    t.diagnostic(`largest difference of a raw frame ${worst.toFixed(4)}`);
  });
});

async function framesOf(file: string, width: number, height: number): Promise<Buffer[]> {
  const { path } = await locateFfmpeg();
  const options = ['-v', 'error', '-i', file, '-vf', 'fps=1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const run = promisify(execFile);
  const { stdout } = await run(path, options, { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 });
  const bytes = width * height * 3;
  return Array.from({ length: stdout.length / bytes }, (_, index) =>
    stdout.subarray(index * bytes, (index + 1) * bytes),
  );
}
