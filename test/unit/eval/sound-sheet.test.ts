import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundFigures, type ScoredClip } from '../../eval/sound-sheet.ts';

const clip = (name: string, fine: string, gunshot: number): ScoredClip => ({
  ...{ file: 'a', class: name, fine, source: 's', seconds: 900, scores: { gunshot } },
});

describe('figures of sounds', () => {
  const clips = [
    ...[clip('gunshot', 'rifle', 0.9), clip('gunshot', 'pistol', 0.4), clip('glass_break', 'pane', 0.7)],
    ...[clip('other', 'door', 0.8), clip('other', 'door', 0.1), clip('other', 'dog', 0.3), clip('other', 'dog', 0.6)],
  ];
  const figures = soundFigures(clips, { gunshot: 0.6, scream: 0.6 });

  test('what the threshold finds, and what is taken for it', () => {
    const { n, recall, precision, threshold, confusers, false_at_recall } = figures.classes.gunshot ?? assert.fail();
    assert.deepEqual({ n, recall, precision, threshold }, { n: 2, recall: 0.5, precision: 0.25, threshold: 0.6 });
    assert.deepEqual(confusers, [
      { fine: 'pane', class: 'glass_break', clips: 1, fired: 1 },
      { fine: 'door', class: 'other', clips: 2, fired: 1 },
      { fine: 'dog', class: 'other', clips: 2, fired: 1 },
    ]);
    // Beside the rifle nothing of `other` fires; at the pistol's score the door and the dog do.
    assert.deepEqual(false_at_recall, { 0.25: 0, 0.5: 0, 0.75: 2, 0.9: 2 });
  });

  test('average precision, with an interval around it', () => {
    const { ap, ap_90 } = figures.classes.gunshot ?? assert.fail();
    assert.equal(ap, 0.7);
    const [low, high] = ap_90 ?? assert.fail();
    assert.ok(low <= 0.7 && high >= 0.7 && low < high, `${low} to ${high}`);
  });

  test('false clips by the hour of other sounds', () => {
    assert.equal(figures.other_hours, 1);
    assert.deepEqual(figures.false_clips_per_hour, { gunshot: 2, scream: 0 });
  });

  test('a class of which there is nothing has no figures', () => {
    const { n, ap, ap_90, f1, recall, precision } = figures.classes.scream ?? assert.fail();
    assert.deepEqual([n, ap, ap_90, f1, recall, precision], [0, null, null, null, null, null]);
  });

  test('without other sounds there is no rate', () => {
    assert.deepEqual(soundFigures(clips.slice(0, 3), { gunshot: 0.6 }).false_clips_per_hour, { gunshot: null });
  });
});
