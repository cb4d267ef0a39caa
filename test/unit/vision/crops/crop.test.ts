import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { between, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { cropAround, cutOut, fromCrop, isCutOff } from '../../../../src/vision/crops/crop.ts';

describe('a crop', () => {
  test('lies in the picture, holds its box, and boxes in it are boxes of the picture', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 2000; round += 1) {
      const picture = { width: Math.floor(between(random, 1, 2000)), height: Math.floor(between(random, 1, 2000)) };
      const [width, height] = [between(random, 0, 0.3), between(random, 0, 0.3)];
      const box = { x: between(random, 0, 1 - width), y: between(random, 0, 1 - height), width, height };
      const crop = cropAround(box, picture);
      if (crop === undefined) continue;
      assert.ok(crop.left >= 0 && crop.top >= 0 && crop.width >= 1 && crop.height >= 1);
      assert.ok(crop.left + crop.width <= picture.width && crop.top + crop.height <= picture.height);
      for (const size of Object.values(crop)) assert.ok(Number.isInteger(size));
      const inCrop = {
        x: (box.x * picture.width - crop.left) / crop.width,
        y: (box.y * picture.height - crop.top) / crop.height,
        width: (box.width * picture.width) / crop.width,
        height: (box.height * picture.height) / crop.height,
      };
      const slack = 1 / Math.min(crop.width, crop.height);
      assert.ok(inCrop.x >= -slack && inCrop.x + inCrop.width <= 1 + slack);
      assert.ok(inCrop.y >= -slack && inCrop.y + inCrop.height <= 1 + slack);
      const back = fromCrop(inCrop, crop, picture);
      for (const key of ['x', 'y', 'width', 'height'] as const) assert.ok(Math.abs(back[key] - box[key]) < 1e-9);
    }
  });

  test('is not made of what the whole picture shows as well', () => {
    const picture = { width: 640, height: 360 };
    assert.equal(cropAround({ x: 0.4, y: 0.2, width: 0.1, height: 0.7 }, picture), undefined);
    assert.deepEqual(cropAround({ x: 0.5, y: 0.5, width: 0.1, height: 0.1 }, picture), {
      ...{ left: 256, top: 102, width: 192, height: 192 },
    });
  });

  test('has the pixels of its place', () => {
    const [width, height] = [7, 5];
    const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) => index);
    const cut = cutOut({ rgb, width, height }, { left: 2, top: 1, width: 3, height: 2 });
    assert.deepEqual([...cut.rgb], [...rgb.subarray(27, 36), ...rgb.subarray(48, 57)]);
  });

  test('cuts off what ends at its border, unless the picture ends there', () => {
    const picture = { width: 640, height: 360 };
    const crop = { left: 0, top: 100, width: 160, height: 160 };
    const box = { x: 0, y: 0.2, width: 0.3, height: 0.5 };
    assert.equal(isCutOff(box, crop, picture), false);
    assert.equal(isCutOff({ ...box, y: 0 }, crop, picture), true);
    assert.equal(isCutOff({ ...box, x: 0.7 }, crop, picture), true);
    assert.equal(isCutOff({ ...box, height: 0.8 }, crop, picture), true);
    assert.equal(isCutOff({ ...box, height: 0.8 }, { ...crop, top: 200 }, picture), false);
  });
});
