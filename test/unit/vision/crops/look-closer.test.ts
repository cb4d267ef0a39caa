import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import type { Box, DetectedObject } from '../../../../src/contracts/messages.ts';
import type { Picture } from '../../../../src/contracts/ports.ts';
import { iou } from '../../../../src/geometry/boxes.ts';
import { lookCloser, type CloserLookOptions } from '../../../../src/vision/crops/look-closer.ts';
import { drawnFrame, jobFor, newDetector } from '../drawn-picture.ts';

const picture = { rgb: new Uint8Array(1000 * 500 * 3), width: 1000, height: 500 };
/** Around its middle lies a crop of 300 x 300 pixels, from 350, 100. */
const region: Box = { x: 0.45, y: 0.4, width: 0.1, height: 0.2 };
const person = (box: Box, score = 0.8): DetectedObject => ({ label: 'person', score, box });
const inCrop: Box = { x: 0.4, y: 0.3, width: 0.2, height: 0.4 };
const inPicture: Box = { x: 0.47, y: 0.38, width: 0.06, height: 0.24 };

function closer(changes: Partial<CloserLookOptions>) {
  const options = { objects: [], regions: [region], most: 2, atOnce: 1, threshold: 0.4, waiting: new Int32Array(1) };
  return lookCloser(picture, { ...options, look: () => Promise.resolve([person(inCrop)]), ...changes });
}

describe('a closer look', () => {
  test('adds what the whole picture did not show, in its place', async () => {
    const { objects, crops } = await closer({});
    assert.equal(crops, 1);
    assert.equal(objects.length, 1);
    assert.ok(iou(objects[0]?.box ?? region, inPicture) > 0.98);
  });

  test('is not taken where a found object explains what moves; a faint one does not', async () => {
    const box = { x: 0.4, y: 0.2, width: 0.2, height: 0.6 };
    assert.equal((await closer({ objects: [person(box)] })).crops, 0);
    assert.equal((await closer({ objects: [person(box, 0.3)] })).crops, 1);
  });

  test('takes several crops together where that is quicker, and finds the same', async () => {
    const regions = [0.1, 0.3, 0.5, 0.7].map((x) => ({ ...region, x }));
    const inTurn = async (atOnce: number) => {
      const together: number[] = [];
      let asked = 0;
      const look = async () => {
        asked += 1;
        await Promise.resolve();
        if (asked > 0) together.push(asked);
        asked = 0;
        return [person(inCrop)];
      };
      return { ...(await closer({ regions, most: 3, atOnce, look })), together };
    };
    const [one, two] = [await inTurn(1), await inTurn(2)];
    assert.deepEqual([one.crops, one.together], [3, [1, 1, 1]]);
    assert.deepEqual([two.crops, two.together], [3, [2, 1]]);
    assert.deepEqual(two.objects, one.objects);
  });

  test('makes one of doubles: the better one, and of a part and the whole the better one', async () => {
    const faint = person({ ...inPicture, width: 0.065 }, 0.3);
    assert.deepEqual(
      (await closer({ objects: [faint] })).objects.map(({ score }) => score),
      [0.8],
    );
    const whole = person({ x: 0.46, y: 0.38, width: 0.1, height: 0.4 }, 0.35);
    assert.equal((await closer({ objects: [whole] })).objects.length, 1);
    const dog = { ...faint, label: 'dog' };
    assert.equal((await closer({ objects: [dog] })).objects.length, 2);
  });

  test('takes nobody away from a crowd: of those who stand in front of each other, one look showed each', async () => {
    const front = person({ x: 0.1, y: 0.3, width: 0.1, height: 0.5 });
    const behind = person({ x: 0.12, y: 0.28, width: 0.06, height: 0.3 }, 0.6);
    const crowd = await closer({ objects: [front, behind] });
    assert.deepEqual([crowd.crops, crowd.objects.length], [1, 3]);
    const [left, right] = [person(inCrop), person({ x: 0.42, y: 0.28, width: 0.16, height: 0.2 }, 0.7)];
    const closely = await closer({ look: () => Promise.resolve([left, right]) });
    assert.equal(closely.objects.length, 2);
  });

  test('leaves out what its crop cuts off', async () => {
    const look = () => Promise.resolve([person({ x: 0.3, y: 0.4, width: 0.3, height: 0.6 }, 0.95)]);
    assert.deepEqual(await closer({ look }), { objects: [], crops: 1 });
  });

  test('leaves out what hardly moves, or not at all', async () => {
    for (const box of [
      { x: 0.05, y: 0.05, width: 0.1, height: 0.2 },
      { x: 0.05, y: 0.05, width: 0.9, height: 0.9 },
    ]) {
      const small = { x: 0.49, y: 0.48, width: 0.02, height: 0.04 };
      const look = () => Promise.resolve([person(box)]);
      assert.deepEqual(await closer({ regions: [small], look }), { objects: [], crops: 1 });
    }
  });

  test('puts the points of an object where they are in the picture, as its box', async () => {
    const box = { x: 0.4, y: 0.3, width: 0.2, height: 0.4 };
    const keypoints = [{ x: 0.4, y: 0.3, score: 0.9 }];
    const look = () => Promise.resolve([{ ...person(box), keypoints }]);
    const [object] = (await closer({ look })).objects;
    assert.ok(object !== undefined);
    assert.deepEqual(object.keypoints, [{ x: object.box.x, y: object.box.y, score: 0.9 }]);
    assert.ok(object.box.x > 0.45 && object.box.x < 0.5);
  });

  test('takes no more crops than it may, and none while pictures wait', async () => {
    const regions = [0.1, 0.4, 0.7].map((x) => ({ ...region, x }));
    const look = () => Promise.resolve([]);
    assert.equal((await closer({ regions, look })).crops, 2);
    const waiting = new Int32Array([1]);
    assert.equal((await closer({ regions, look, waiting })).crops, 0);
    waiting[0] = 0;
    const interrupted = () => {
      waiting[0] = 1;
      return Promise.resolve([]);
    };
    assert.equal((await closer({ regions, look: interrupted, waiting })).crops, 1);
  });
});

describe('somebody far away', () => {
  const detector = newDetector();
  after(() => detector.close());

  test('is found by a closer look alone', async () => {
    const frame = await drawnFrame();
    const small = await sharp(frame.bytes, { raw: { width: frame.width, height: frame.height, channels: 3 } })
      .extract({ left: 284, top: 180, width: 200, height: 220 })
      .resize({ height: 46 })
      .png()
      .toBuffer();
    const empty = { width: 1280, height: 720, channels: 3 as const, background: '#b0b2ac' };
    const pasted = sharp({ create: empty }).composite([{ input: small, left: 800, top: 400 }]);
    const bytes = await pasted.removeAlpha().raw().toBuffer();
    const far: Picture = { bytes, encoding: 'rgb24', width: 1280, height: 720 };
    const moving: Box = { x: 810 / 1280, y: 400 / 720, width: 20 / 1280, height: 46 / 720 };
    const labels = new Set(['person']);
    const whole = await detector.detect(jobFor(far, { labels }));
    const crops = { regions: [moving], most: 2, threshold: 0.4 };
    const close = await detector.detect(jobFor(far, { labels, crops }));
    assert.ok(!whole.dropped && !close.dropped);
    assert.deepEqual([whole.objects.length, whole.crops], [0, 0]);
    assert.equal(close.crops, 1);
    assert.equal(close.objects.length, 1);
    assert.ok(iou(close.objects[0]?.box ?? moving, moving) > 0.4);
  });
});
