import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseLabels } from '../../eval/yolo-labels.ts';

const read = (text: string) => parseLabels(text, 'a.txt', 80);

describe('label files of the YOLO form', () => {
  test('centre and size become a box', () => {
    assert.deepEqual(read('0 0.5 0.5 0.5 0.25\n79 0.25 0.75 0.5 0.5\n'), [
      { classIndex: 0, box: { x: 0.25, y: 0.375, width: 0.5, height: 0.25 } },
      { classIndex: 79, box: { x: 0, y: 0.5, width: 0.5, height: 0.5 } },
    ]);
  });

  test('empty files, blank lines, tabs, Windows, a byte order mark, more columns', () => {
    assert.deepEqual(read(''), []);
    assert.equal(read('\uFEFF0\t.5 .5  .2 .2 0.93 7\r\n\r\n  1.0 .5 .5 .2 .2 \r\n').length, 2);
  });

  for (const [what, text, why] of [
    ['too few numbers', '0 .5 .5 .2 .2\n0 .5 .5 .2', /a\.txt, line 2: five numbers are wanted, "0 \.5 \.5 \.2" has 4/],
    ['a word', 'person .5 .5 .2 .2', /line 1: "person" is no number/],
    ['not a number', '0 nan .5 .2 .2', /"nan" is no number/],
    ['a class that is none', '80 .5 .5 .2 .2', /class 80 is none of the 80 classes 0 to 79/],
    ['half a class', '0.5 .5 .5 .2 .2', /class 0\.5 is none/],
    ['pixels', '0 320 240 64 48', /320 does not lie in 0\.\.1; pixels are divided/],
    ['no area', '0 .5 .5 0 .2', /a box of 0 x 0\.2 has no area/],
    ['commas', '0,.5,.5,.2,.2', /five numbers are wanted/],
  ] as const) {
    test(`${what}: says where and what`, () => {
      assert.throws(() => read(text), { name: 'ES_BAD_INPUT', message: why, hint: /A line is: class/ });
    });
  }
});
