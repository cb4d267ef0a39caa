import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openDetection } from '../../../src/vision/detection.ts';
import { chooseModel } from '../../../src/vision/detection-model.ts';
import { sharedFile, sharedRequirement } from '../../requirements.ts';

const model = ['models', 'vision', 'blazeface-back.onnx'] as const;
/** Two people at a table, close: where their faces are, by eye. */
const photograph = ['vision', 'images', '000000000110.jpg'] as const;
const faces = [
  { x: 0.15, y: 0.52 },
  { x: 0.78, y: 0.17 },
];

test('BlazeFace, recognised by its file, finds the faces of a photograph, and their eyes above their mouths', async (t) => {
  if (!sharedRequirement(t, ...model) || !sharedRequirement(t, ...photograph)) return;
  const { description } = chooseModel({ model: sharedFile(...model) });
  assert.deepEqual([description.family, description.labels], ['blazeface', ['face']]);
  const service = await openDetection(description);
  t.after(() => service.release());
  const picture = { bytes: readFileSync(sharedFile(...photograph)), encoding: 'jpeg', width: 0, height: 0 } as const;
  const { objects } = await service.answer({ picture, threshold: 0.8, labels: new Set(['face']) });
  const found = objects.toSorted((a, b) => a.box.x - b.box.x);
  assert.equal(found.length, faces.length);
  for (const [index, { label, box, keypoints = [] }] of found.entries()) {
    const middle = faces[index] ?? { x: NaN, y: NaN };
    assert.equal(label, 'face');
    assert.ok(Math.hypot(box.x + box.width / 2 - middle.x, box.y + box.height / 2 - middle.y) < 0.04);
    assert.equal(keypoints.length, 6);
    const [rightEye, leftEye, nose, mouth] = keypoints.map(({ y }) => y);
    assert.ok(Math.max(rightEye ?? NaN, leftEye ?? NaN) < (nose ?? NaN) && (nose ?? NaN) < (mouth ?? NaN));
  }
});
