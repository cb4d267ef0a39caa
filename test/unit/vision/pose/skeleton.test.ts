import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectedObject } from '../../../../src/contracts/messages.ts';
import { keypointNames, placeOf } from '../../../../src/vision/pose/coco-keypoints.ts';
import { skeletonOf } from '../../../../src/vision/skeleton.ts';

const box = { x: 0, y: 0, width: 1, height: 1 };
const size = { width: 100, height: 200 };
const person = (keypoints?: DetectedObject['keypoints']): DetectedObject => {
  return { label: 'person', score: 1, box, ...(keypoints === undefined ? {} : { keypoints }) };
};

test('a skeleton joins the points that are to be believed, and there is none without such points', () => {
  const unsure = keypointNames.map(() => ({ x: 0.5, y: 0.5, score: 0.2 }));
  for (const object of [
    person(),
    person([]),
    person(unsure),
    person(unsure.slice(1).map((at) => ({ ...at, score: 1 }))),
  ])
    assert.equal(skeletonOf(object, size), '');
  const arm = unsure.with(placeOf('left shoulder'), { x: 0.1, y: 0.2, score: 0.9 });
  const lone = skeletonOf(person(arm), size);
  assert.match(lone, /M10\.0 40\.0h0/);
  assert.doesNotMatch(lone, /L/);
  const joined = skeletonOf(person(arm.with(placeOf('left elbow'), { x: 0.3, y: 0.4, score: 0.9 })), size);
  assert.match(joined, /M10\.0 40\.0L30\.0 80\.0/);
  assert.equal(joined.match(/L/g)?.length, 2);
});
