import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import register from '../../../nodes/detectron-infer/node.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FakeRed } from './fake-red.ts';

describe('detectron-infer before the first picture', () => {
  const cases: [labels: string, fill: string, text: RegExp][] = [
    ['person', 'grey', /waiting/],
    ['person, persn', 'red', /unknownLabels .*persn/],
  ];
  for (const [labels, fill, text] of cases) {
    test(`is ${fill} with the classes ${labels}`, async (t) => {
      const red = new FakeRed(temporaryFolder(t));
      register(red);
      const node = red.create({ id: 'a', type: 'detectron-infer', labels });
      assert.equal(node.statuses.at(-1)?.fill, fill);
      assert.match(node.statuses.at(-1)?.text ?? '', text);
      await node.close();
    });
  }
});
