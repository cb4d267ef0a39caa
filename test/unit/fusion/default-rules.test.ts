import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BenchArea } from './bench-area.ts';

/** A person who is confirmed (2 of the last 5 looks), seen until now. */
function person(area: BenchArea): void {
  area.see({ person: 0.8 });
  area.wait(200);
  area.see({ person: 0.9 });
}

describe('the default rules', () => {
  const table: [what: string, play: (area: BenchArea) => void, severity: number, reason: string, label: string][] = [
    ['a person', person, 1, 'person', 'Person'],
    [
      'glass',
      (area) => {
        area.hear({ glass_break: 0.8 });
      },
      2,
      'glass_break',
      'Breaking glass',
    ],
    [
      'a gunshot',
      (area) => {
        area.hear({ gunshot: 0.8 });
      },
      2,
      'gunshot',
      'Gunshot',
    ],
    [
      'a scream without a person (ESF2)',
      (area) => {
        area.hear({ scream: 0.8 });
      },
      1,
      'scream',
      'Scream',
    ],
    [
      'a loud unknown sound',
      (area) => {
        area.hear({ loud_unknown: 0.9 });
      },
      1,
      'loud_unknown',
      'Loud unknown sound',
    ],
    [
      'forced entry (ESF1)',
      (area) => {
        area.hear({ forced_entry: 0.7 });
      },
      1,
      'forced_entry',
      'Forced entry (experimental)',
    ],
    [
      'a covered camera',
      (area) => {
        area.cue('tamper', 0.9);
      },
      2,
      'tamper',
      'Camera tampered with',
    ],
    [
      'a knife in three of five looks (ESF3)',
      (area) => {
        area.watch({ knife: 0.6 }, 600);
      },
      2,
      'knife',
      'Knife',
    ],
    [
      'motion while the detector is down',
      (area) => {
        area.cue('detector-down');
        area.cue('motion', 0.4);
      },
      1,
      'motion+detector-down',
      'Motion while the detector is down',
    ],
    [
      'a camera offline for a minute',
      (area) => {
        area.stream('backing-off');
        area.wait(60_000);
      },
      2,
      'offline',
      'Camera offline',
    ],
  ];
  for (const [what, play, severity, reason, label] of table) {
    test(`${what}: severity ${severity}`, () => {
      const area = new BenchArea();
      play(area);
      assert.deepEqual(area.story, [`start ${severity} ${reason}`]);
      assert.equal(area.last.label, label);
      assert.equal(area.last.source, 'cam');
    });
  }

  const together: [sound: string, severity: number, label: string][] = [
    ['gunshot', 3, 'Person and gunshot'],
    ['glass_break', 3, 'Person and breaking glass'],
    ['forced_entry', 3, 'Person and forced entry'],
    ['scream', 2, 'Person and scream'],
  ];
  for (const [sound, severity, label] of together) {
    test(`a person and then ${sound}: raised to ${severity}`, () => {
      const area = new BenchArea();
      person(area);
      area.wait(500);
      area.hear({ [sound]: 0.8 });
      assert.deepEqual(area.story, ['start 1 person', `update ${severity} person+${sound}`]);
      assert.equal(area.last.label, label);
    });

    test(`${sound} and then a person: raised to ${severity} once the person is confirmed`, () => {
      const area = new BenchArea();
      area.hear({ [sound]: 0.8 });
      area.wait(500);
      person(area);
      assert.equal(area.story.length, 2);
      assert.equal(area.story[1], `update ${severity} person+${sound}`);
    });
  }

  test('nothing, one look at a person, a knife in two looks, motion or a bird say nothing', () => {
    const area = new BenchArea();
    area.see({});
    area.see({ person: 0.9 });
    area.watch({}, 2000);
    area.watch({ knife: 0.9 }, 400);
    area.watch({ bird: 0.9 }, 2000);
    area.cue('motion', 0.9);
    area.hear({});
    area.wait(120_000);
    assert.deepEqual(area.story, []);
  });
});
