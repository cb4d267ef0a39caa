import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoxCourse } from '../../../../src/vision/tracking/box-course.ts';

test('the course of a box goes on for a second and then waits, and its size stays what it was', () => {
  const box = (look: number) => ({
    x: 0.1 + look * 0.02,
    y: 0.3,
    width: 0.1 + look * 0.004,
    height: 0.2 + look * 0.01,
  });
  let course = BoxCourse.start(box(0), 16 / 9);
  for (let look = 1; look <= 20; look += 1) course = course.after(0.2).corrected(box(look));
  const [soon, later] = [course.after(0.5), course.after(5)];
  const centre = ({ box: { x, width } }: BoxCourse): number => x + width / 2;
  // 0.022 a look: the left edge goes on, and it grows.
  assert.ok(Math.abs(centre(soon) - centre(course) - 0.055) < 0.004, `${centre(soon) - centre(course)}`);
  assert.ok(Math.abs(centre(later) - centre(course) - 0.11) < 0.008, `${centre(later) - centre(course)}`);
  assert.ok(Math.abs(later.box.height - course.box.height) < 1e-9);
});
