import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { audioScores, BenchArea, detections } from './bench-area.ts';

/** Person in the last 0.4 s, then nobody, then glass so long after the last look that showed the person. */
function glassAfterPerson(gapMs: number): BenchArea {
  const area = new BenchArea();
  area.watch({ person: 0.9 }, 400);
  area.watch({}, gapMs - 200);
  area.hear({ glass_break: 0.8 });
  return area;
}

describe('correlation by capture time', () => {
  test('2.8 s and exactly 3 s belong together, 3.2 s do not', () => {
    assert.equal(glassAfterPerson(2800).last.reason, 'person+glass_break');
    assert.equal(glassAfterPerson(3000).last.reason, 'person+glass_break');
    assert.equal(glassAfterPerson(3200).last.reason, 'glass_break');
  });

  test('2.9 s and 3.1 s, with the person after the glass', () => {
    for (const [gapMs, reason] of [
      [2900, 'person+glass_break'],
      [3100, 'glass_break'],
    ] as const) {
      const area = new BenchArea();
      area.hear({ glass_break: 0.8 });
      area.wait(gapMs - 100);
      area.see({ person: 0.9 });
      area.wait(100);
      area.see({ person: 0.9 });
      assert.equal(area.last.reason, reason, `${gapMs} ms`);
    }
  });

  test('a bucket edge cannot come between a scream and its person (ESF16)', () => {
    for (let offset = 0; offset < 3000; offset += 100) {
      const area = new BenchArea();
      area.wait(offset);
      area.watch({ person: 0.9 }, 400);
      area.hear({ scream: 0.8 });
      assert.equal(area.last.reason, 'person+scream', `starting at ${offset} ms`);
    }
  });

  test('a sound that arrives late meets the person of its own time', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.watch({ person: 0.9 }, 1000);
    area.watch({}, 9000);
    area.hear({ glass_break: 0.8 }, { capturedAt: start + 1500 });
    assert.equal(area.last.reason, 'person+glass_break');
    assert.ok(area.last.explanation.includes('0.7 s lie between the two.'));
  });

  test('a sound that arrives late does not meet a person of a later time', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.watch({}, 9000);
    area.watch({ person: 0.9 }, 1000);
    area.hear({ glass_break: 0.8 }, { capturedAt: start + 1500 });
    assert.equal(area.last.reason, 'glass_break');
  });

  test('a picture that arrives late confirms the one after it', () => {
    const area = new BenchArea();
    const first = area.clock.now();
    area.wait(400);
    area.see({ person: 0.9 });
    assert.deepEqual(area.story, []);
    area.see({ person: 0.8 }, { capturedAt: first });
    assert.deepEqual(area.story, ['start 1 person']);
  });

  test('any order of arrival ends in the same reason and severity', () => {
    const at = new Date(2026, 0, 1, 12).getTime();
    const payloads = [
      detections({ person: 0.9 }, { capturedAt: at }),
      detections({ person: 0.8 }, { capturedAt: at + 200 }),
      detections({}, { capturedAt: at + 400 }),
      audioScores({ glass_break: 0.8 }, { capturedAt: at + 900 }),
    ];
    for (const order of permutations(payloads)) {
      const area = new BenchArea();
      area.wait(2000);
      for (const payload of order) area.engine.accept(payload);
      assert.equal(area.last.reason, 'person+glass_break');
      assert.equal(area.last.severity, 3);
    }
  });

  test('the looks of one source count, not those of two together', () => {
    const area = new BenchArea();
    area.see({ person: 0.9 }, { source: 'cam1' });
    area.see({ person: 0.9 }, { source: 'cam2' });
    assert.deepEqual(area.story, []);
    area.wait(200);
    area.see({ person: 0.9 }, { source: 'cam2' });
    assert.deepEqual(area.last.sources, ['cam2']);
  });

  test('two of the last five: four empty looks between are one too many', () => {
    for (const [empty, expected] of [
      [3, 1],
      [4, 0],
    ] as const) {
      const area = new BenchArea();
      area.watch({ person: 0.9 }, 200);
      area.watch({}, empty * 200);
      area.see({ person: 0.9 });
      assert.equal(area.story.length, expected, `${empty} empty looks`);
    }
  });

  test('what a tracker saw before it let an object through counts, but only within the looks that are asked for', () => {
    const box = { x: 0, y: 0, width: 0.2, height: 0.5 };
    const seen = (label: string, n: number, of: number): BenchArea => {
      const area = new BenchArea();
      const object = { label, score: 0.9, box, trackId: '1', seen: { n, of } };
      area.engine.accept(detections([object], { capturedAt: area.clock.now() }));
      return area;
    };
    const confirmed = seen('person', 2, 3);
    assert.deepEqual(confirmed.story, ['start 1 person']);
    assert.match(confirmed.last.explanation[1] ?? '', /in 2 of the last 3 looks\.$/);
    assert.deepEqual(seen('person', 2, 8).story, [], 'two of the last eight are not two of five');
    assert.deepEqual(seen('knife', 2, 3).story, [], 'a knife needs three');
    assert.deepEqual(seen('knife', 3, 4).story, ['start 2 knife']);
  });

  test('two areas do not mix', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 400, { area: 'garden', source: 'cam1' });
    area.hear({ glass_break: 0.8 }, { area: 'hall', source: 'cam2' });
    assert.deepEqual(area.story, ['start 1 person', 'start 2 glass_break']);
    assert.notEqual(area.incidents[0]?.id, area.incidents[1]?.id);
  });

  test('two cameras and a microphone of one area make one incident', () => {
    const area = new BenchArea();
    area.watch({ person: 0.7 }, 400, { source: 'cam1' });
    area.watch({ person: 0.9 }, 400, { source: 'cam2' });
    area.hear({ glass_break: 0.8 }, { source: 'mic' });
    assert.deepEqual(area.story, ['start 1 person', 'update 1 person', 'update 3 person+glass_break']);
    assert.equal(new Set(area.incidents.map(({ id }) => id)).size, 1);
    assert.deepEqual(area.last.sources.toSorted(), ['cam1', 'cam2', 'mic']);
    assert.equal(area.last.source, 'cam2');
  });

  test('three conditions must all lie within the time, not each beside the next', () => {
    const rules: Rule[] = [
      {
        ...{ id: 'three', enabled: true, severity: 3 },
        all: [
          { kind: 'sound', label: 'glass_break' },
          { kind: 'signal', label: 'door' },
          { kind: 'cue', label: 'motion' },
        ],
      },
    ];
    for (const [gapMs, expected] of [
      [1500, 1],
      [1600, 0],
    ] as const) {
      const area = new BenchArea({ rules });
      area.hear({ glass_break: 0.8 });
      area.wait(gapMs);
      area.signal('door', 'open');
      area.wait(gapMs);
      area.cue('motion');
      assert.equal(area.story.length, expected, `${gapMs} ms apart`);
    }
  });

  test('a foreign clock is not believed: the signal counts as of now', () => {
    for (const wrong of [0, 1_767_268_800, Date.UTC(2031, 0, 1)]) {
      const area = new BenchArea();
      area.watch({ person: 0.9 }, 400);
      area.hear({ glass_break: 0.8 }, { capturedAt: wrong });
      assert.equal(area.last.reason, 'person+glass_break', String(wrong));
    }
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
