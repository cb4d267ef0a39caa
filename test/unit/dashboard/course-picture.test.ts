import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IncidentSummary, SummaryEvidence, SummarySignal } from '../../../src/contracts/api.ts';
import { coursePicture, groundsOf, type SignalMark } from '../../../dashboard/incidents/detail/course-picture.ts';
import { snapshotsOf } from '../../../dashboard/incidents/detail/media.ts';
import { recordingAt, recordingsOf } from '../../../dashboard/incidents/detail/recordings.ts';
import { storySteps } from '../../../dashboard/incidents/detail/story-steps.ts';
import { incident } from './incident.ts';

const at = 1_000_000;

function signal(label: string, source: string, after: number, more: Partial<SummarySignal> = {}): SummarySignal {
  return { kind: 'object', label, source, score: 0.8, capturedAt: at + after, ...more };
}

function happened(signals: SummarySignal[], more: Partial<IncidentSummary> = {}): IncidentSummary {
  return incident('one', { startedAt: at, updatedAt: at + 9000, endedAt: at + 10_000, signals, ...more });
}

describe('the picture of what happened', () => {
  test('thousands of signals are no more marks than one can see', () => {
    const signals = Array.from({ length: 5000 }, (_, n) =>
      signal(`label ${n}`, `camera ${n % 40}`, n * 2, {
        kind: n % 2 === 0 ? 'object' : 'sound',
        score: (n % 100) / 100,
      }),
    );
    const { lanes } = coursePicture(happened(signals), undefined);
    const marks = lanes.flatMap((lane) => lane.marks);
    assert.equal(lanes.length, 8);
    assert.equal(lanes.at(-1)?.source, '');
    assert.ok(marks.length <= 400, `${marks.length} marks`);
    assert.equal(
      marks.reduce((sum, { more }) => sum + 1 + more, 0),
      5000,
    );
    assert.equal(new Set(marks.map(({ key }) => key)).size, marks.length);
  });

  test('of several in one place the best stands, but first what the rule stands on', () => {
    const glass = signal('glass_break', 'ear', 5000, { kind: 'sound', score: 0.6 });
    const loud = signal('loud', 'ear', 5001, { kind: 'sound', score: 0.9 });
    for (const signals of [
      [glass, loud],
      [loud, glass],
    ]) {
      const [mark] = coursePicture(happened(signals, { reason: 'glass_break' }), undefined).lanes[0]?.marks ?? [];
      assert.deepEqual([mark?.signal.label, mark?.isGround, mark?.more], ['glass_break', true, 1]);
    }
    const [mark] = coursePicture(happened([glass, loud], { reason: 'person' }), undefined).lanes[0]?.marks ?? [];
    assert.deepEqual([mark?.signal.label, mark?.isGround], ['loud', false]);
  });

  test('a signal lasts from its first to its last moment; one of before is its best moment alone', () => {
    const lasting = signal('person', 'front', 4000, { firstAt: at + 1000, lastAt: at + 20_000 });
    const { lanes, place, endX } = coursePicture(happened([lasting, signal('dog', 'back', 5000)]), undefined);
    const [[person], [dog]] = lanes.map(({ marks }) => marks) as [[SignalMark], [SignalMark]];
    assert.deepEqual(
      [person.from, person.x, person.to].map((x) => x.toFixed(6)),
      [1000, 4000, 20_000].map((after) => place(at + after)?.toFixed(6)),
    );
    assert.ok(person.to > endX);
    assert.deepEqual([dog.from, dog.to], [dog.x, dog.x]);
  });

  test('what began days before is cut off, and all else keeps its room', () => {
    const away = signal('offline', 'back', 0, { kind: 'stream', firstAt: at - 259_200_000, lastAt: at + 9000 });
    const { lanes, place } = coursePicture(happened([away, signal('person', 'front', 4000)]), undefined);
    assert.equal(lanes[0]?.marks[0]?.from, 0);
    assert.ok((place(at + 10_000) ?? 0) - (place(at) ?? 1) > 0.2);
  });

  test('marks that are too close to be told apart share the span of all of them', () => {
    const walkers = [1000, 1010].map((after, n) =>
      signal(`person ${n}`, 'front', after, { firstAt: at + 500 * n, lastAt: at + after + 4000 * n }),
    );
    const { lanes, place } = coursePicture(happened(walkers), undefined);
    const [mark] = lanes[0]?.marks ?? [];
    assert.equal(mark?.more, 1);
    assert.deepEqual(
      [mark.from, mark.to].map((x) => x.toFixed(6)),
      [at, at + 5010].map((one) => place(one)?.toFixed(6)),
    );
  });

  test('what the rule stands on is what its sentences name, else what its reason names', () => {
    const [one, other] = [signal('person', 'front', 0), signal('person', 'back', 1)];
    const explanation = [
      'Severity 3 by the rule person.',
      'Person seen by front at 10:00.',
      'Also person from back at 10:01.',
    ];
    assert.deepEqual(groundsOf(happened([one, other], { explanation })), [one]);
    assert.deepEqual(groundsOf(happened([one, other], { explanation: [] })), [one, other]);
    assert.deepEqual(groundsOf(happened([one], { explanation: [], reason: 'my own words' })), []);
  });

  test('what was done later stands behind a cut, in its order, and nothing leaves the picture', () => {
    const review = { id: 'r', incidentId: 'one', action: 'confirm', by: 'ann', at: at + 7_200_000 } as const;
    const alert = { channel: 'sms', state: 'sent', people: 1, severity: 3, escalation: false } as const;
    const course = {
      reviews: [review],
      alerts: [
        { ...alert, at: at + 2000 },
        { ...alert, at: at + 60_000 },
      ],
    };
    const { milestones, cutX, endX, ticks, place } = coursePicture(happened([signal('person', 'front', 1000)]), course);
    assert.deepEqual(
      milestones.map(({ kind }) => kind),
      ['start', 'peak', 'alert', 'end', 'alert', 'review'],
    );
    assert.deepEqual(
      milestones.filter(({ x }) => x > cutX).map(({ key }) => key),
      ['alert 1', 'r'],
    );
    assert.ok(milestones.every(({ x }, n) => x >= (milestones[n - 1]?.x ?? 0) && x <= 1));
    assert.ok(endX < cutX);
    assert.ok(ticks.length >= 2 && ticks.length <= 5, `${ticks.length} ticks`);
    assert.equal(place(at + 7_200_000), undefined);
    assert.equal(coursePicture(happened([]), undefined).cutX, 1);
  });

  test('milestones of one moment lie in rows of their own', () => {
    const alerts = Array.from({ length: 3 }, () => ({
      ...({ at: at + 10, channel: 'sms', state: 'sent', people: 1, severity: 3, escalation: false } as const),
    }));
    const { milestones, levels } = coursePicture(happened([]), { reviews: [], alerts });
    assert.deepEqual(
      milestones.map(({ level }) => level),
      [0, 1, 2, 3, 0],
    );
    assert.equal(levels, 4);
  });
});

describe('the recordings of an incident', () => {
  const file = (id: string, type: SummaryEvidence['type'], source: string, capturedAt: number): SummaryEvidence => ({
    ...{ id, type, source, capturedAt, mime: 'x/y', bytes: 1 },
  });
  const evidence = [file('s', 'audio', 'ear', at + 10_000), file('c', 'clip', 'front', at + 2000)];

  test('a sound ends when it was kept, a clip begins then; nothing is known before the browser has looked', () => {
    const recordings = recordingsOf(happened([], { evidence }), { s: 10, c: 5 });
    assert.deepEqual(
      recordings.map(({ item, from, to }) => [item.id, from - at, to - at]),
      [
        ['s', 0, 10_000],
        ['c', 2000, 7000],
      ],
    );
    assert.deepEqual(recordingsOf(happened([], { evidence }), { s: NaN, c: Infinity }), []);
    assert.equal(recordingAt(recordings, at + 1000, 'front')?.item.id, 's');
    assert.equal(recordingAt(recordings, at + 3000, 'elsewhere')?.item.id, 'c');
    assert.equal(recordingAt(recordings, at + 3000, 'ear')?.item.id, 's');
    assert.equal(recordingAt(recordings, at + 11_000, 'ear'), undefined);
  });

  test('of a picture that is there both ways the wanted one is shown, and what is there once always', () => {
    const [clean, boxes] = (['clean', 'annotated'] as const).map((rendition) => ({
      ...file(rendition, 'snapshot', 'front', at),
      rendition,
    }));
    assert.ok(clean !== undefined && boxes !== undefined);
    const single = file('single', 'snapshot', 'back', at);
    const shown = happened([], { evidence: [clean, boxes, single] });
    assert.deepEqual(
      [true, false].map((isClean) => snapshotsOf(shown, isClean).map(({ id }) => id)),
      [
        ['single', 'clean'],
        ['single', 'annotated'],
      ],
    );
    assert.equal(snapshotsOf(happened([], { evidence: [clean] }), false).length, 1);
  });
});

describe('the way through the house', () => {
  const signals = [
    signal('person', 'drive', 0),
    signal('person', 'hall', 3000),
    signal('glass', 'hall ear', 2000),
    signal('car', 'drive', 8000),
  ];

  test('goes from area to area, there and back', () => {
    const areas: Readonly<Record<string, string>> = { drive: 'Drive', hall: 'Hall', 'hall ear': 'Hall' };
    const steps = storySteps(happened(signals), (source) => areas[source] ?? '');
    assert.deepEqual(
      steps.map(({ title, sources }) => [title, sources.map(({ name }) => name).join()]),
      [
        ['Drive', 'drive'],
        ['Hall', 'hall ear,hall'],
        ['Drive', 'drive'],
      ],
    );
  });

  test('what has no known area is told where the story is just then', () => {
    const known: Readonly<Record<string, string>> = { drive: 'Drive', hall: 'Hall' };
    const steps = storySteps(happened([signal('noise', 'first', -1000), ...signals]), (source) => known[source] ?? '');
    assert.deepEqual(
      steps.map(({ title, sources }) => [title, sources.map(({ name }) => name).join()]),
      [
        ['Drive', 'first,drive,hall ear'],
        ['Hall', 'hall'],
        ['Drive', 'drive'],
      ],
    );
  });

  test('in one area goes from source to source, each of them once', () => {
    const steps = storySteps(happened(signals), () => 'House');
    assert.deepEqual(
      steps.map(({ title, sources }) => [title, sources[0]?.labels.join()]),
      [
        ['drive', 'person,car'],
        ['hall ear', 'glass'],
        ['hall', 'person'],
      ],
    );
  });
});
