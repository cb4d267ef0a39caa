import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labCharts } from '../../../dashboard/sound-lab/lab-charts.ts';
import { classWord, labSpeaker } from '../../../dashboard/sound-lab/lab-words.ts';
import type { TrainingStatus } from '../../../src/contracts/training.ts';

const say = labSpeaker('de');

describe('the names of classes in the sound lab', () => {
  test('ours are spoken; a folder of the user keeps its name, whatever it is called', () => {
    assert.equal(classWord(say, 'glass_break'), 'Glasbruch');
    assert.equal(classWord(say, 'danger'), 'Gefahr');
    for (const name of ['constructor', 'other', 'model', 'right', 'title', 'toString', 'doorbell']) {
      assert.equal(classWord(say, name), name);
    }
  });
});

describe('the confusion table of the sound lab', () => {
  test('has a row for each class with clips, a column for each that was heard, and marks what was right', () => {
    const results = {
      labels: ['other', 'bell', 'drill', 'dog'],
      confusion: [[], [0, 3, 1, 0], [1, 0, 4, 0], [0, 0, 0, 0]],
    };
    const training = {
      session: { model: 'm', refused: 0, refusals: [], results },
      versions: [],
    } as unknown as TrainingStatus;
    const rows = labCharts({ training: () => training, tag: 'en', say }).confusion();
    assert.deepEqual(
      rows.map(({ label, cells }) => [label, ...cells.map(({ count, look }) => `${count}${look}`)]),
      [
        ['bell', '0', '3es-hit', '1es-miss'],
        ['drill', '1es-miss', '0', '4es-hit'],
      ],
    );
    assert.deepEqual(labCharts({ training: () => undefined, tag: 'en', say }).confusion(), []);
  });
});
