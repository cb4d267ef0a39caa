import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import sharp from 'sharp';
import type { Metrics } from '../../../src/contracts/ports.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { incidentReviews } from '../../../src/evidence/incident-reviews.ts';
import { thumbnailMaker } from '../../../src/vision/thumbnail.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';

async function bench(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const metrics: Metrics = { count: () => undefined, observe: () => undefined };
  const clock = new ManualClock();
  const changed: string[] = [];
  const store = new EvidenceStore({
    ...{ database, folder, clock, log, metrics, newId: randomUUID, thumbnails: thumbnailMaker },
    onChange: (id) => changed.push(id),
  });
  return { store, clock, log, changed, database };
}

describe('reviews', () => {
  test('the first acknowledgement stands, and the last verdict decides', async (t) => {
    const { store, clock, changed, database } = await bench(t);
    await store.record(incident(), {});
    assert.deepEqual((await store.summary('incident-1', 'whole'))?.review, { state: 'pending' });
    const steps = [
      { request: { action: 'acknowledge' }, by: 'ann', added: true, state: 'acknowledged', who: 'ann' },
      { request: { action: 'acknowledge' }, by: 'bob', added: false, state: 'acknowledged', who: 'ann' },
      { request: { action: 'note', note: 'a cat' }, by: 'bob', added: true, state: 'acknowledged', who: 'ann' },
      { request: { action: 'note', note: 'a cat' }, by: 'flow', added: false, state: 'acknowledged', who: 'ann' },
      { request: { action: 'false-positive' }, by: 'bob', added: true, state: 'false-positive', who: 'bob' },
      { request: { action: 'acknowledge' }, by: 'cid', added: false, state: 'false-positive', who: 'bob' },
      { request: { action: 'confirm' }, by: 'cid', added: true, state: 'confirmed', who: 'cid' },
      { request: { action: 'confirm', note: 'a thief' }, by: 'dot', added: true, state: 'confirmed', who: 'cid' },
      { request: { action: 'confirm', note: 'a thief' }, by: 'dot', added: false, state: 'confirmed', who: 'cid' },
      { request: { action: 'dismiss' }, by: 'eve', added: true, state: 'dismissed', who: 'eve' },
      { request: { action: 'confirm' }, by: 'dot', added: true, state: 'confirmed', who: 'dot' },
    ] as const;
    for (const { request, by, added, state, who } of steps) {
      clock.advance(1000);
      const reviewed = await store.review('incident-1', request, by);
      const { review } = (await store.summary('incident-1', 'listed')) ?? {};
      assert.deepEqual([reviewed?.added, review?.state, review?.by], [added, state, who], JSON.stringify(request));
    }
    assert.equal((await store.summary('incident-1', 'whole'))?.review.note, 'a thief');
    assert.equal(changed.length, 1 + steps.filter(({ added }) => added).length);
    assert.equal(await store.review('another', { action: 'confirm' }, 'ann'), undefined);
    const said = await incidentReviews(database.query, 'incident-1', 100);
    assert.deepEqual(
      said.map(({ by, note }) => [by, note].join(' ').trim()),
      ['ann', 'bob a cat', 'bob', 'cid', 'dot a thief', 'eve', 'dot'],
    );
    assert.equal((await incidentReviews(database.query, 'incident-1', 2)).length, 2);
  });

  test('of two at the same time, one is written', async (t) => {
    const { store } = await bench(t);
    await store.record(incident(), {});
    const both = await Promise.all(
      ['ann', 'bob'].map((by) => store.review('incident-1', { action: 'acknowledge' }, by)),
    );
    assert.deepEqual(
      both.map((reviewed) => [reviewed?.added, reviewed?.record.by]),
      [
        [true, 'ann'],
        [false, 'ann'],
      ],
    );
  });
});

describe('lists', () => {
  test('page through incidents of one moment without losing or repeating any', async (t) => {
    const { store } = await bench(t);
    const names = Array.from({ length: 25 }, (_, n) => `incident-${String(n).padStart(2, '0')}`);
    for (const [n, id] of names.entries()) {
      await store.record(incident({ id, startedAt: 1000.5 + Math.floor(n / 10), severity: n % 4 }), {});
    }
    const seen: string[] = [];
    for (;;) {
      const last = seen.at(-1) === undefined ? undefined : await store.summary(seen.at(-1) ?? '', 'listed');
      const page = await store.list({ limit: 7, ...(last === undefined ? {} : { before: last }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    assert.deepEqual(seen, names.toReversed());
  });

  test('filter, and bring of a huge incident no more than a list needs', async (t) => {
    const { store } = await bench(t);
    const one = { kind: 'signal' as const, source: 'door-1', score: 1, capturedAt: 1, count: 1 };
    const signals = Array.from({ length: 1000 }, (_, n) => ({ ...one, label: `door ${n}` }));
    const explanation = signals.map(({ label }) => label);
    await store.record(incident({ id: 'huge', area: 'yard', severity: 1, signals, explanation }), {});
    await store.record(incident({ id: 'over', phase: 'end', endedAt: incident().startedAt + 1 }), {});
    await store.review('over', { action: 'note', note: 'still to be looked at' }, 'ann');
    const ids = async (filter: Omit<Parameters<typeof store.list>[0], 'limit'>) =>
      (await store.list({ limit: 50, ...filter })).map(({ id }) => id);
    assert.deepEqual(await ids({ minimumSeverity: 2 }), ['over']);
    assert.deepEqual(await ids({ area: 'yard' }), ['huge']);
    assert.deepEqual(await ids({ site: "home' OR '1'='1" }), []);
    assert.deepEqual(await ids({ state: 'open' }), ['huge']);
    assert.deepEqual(await ids({ state: 'unreviewed' }), ['over', 'huge']);
    await store.review('over', { action: 'acknowledge' }, 'ann');
    assert.deepEqual(await ids({ state: 'unreviewed' }), ['huge']);

    const [listed] = await store.list({ limit: 1, area: 'yard' });
    assert.deepEqual([listed?.signals.length, listed?.explanation.length], [50, 20]);
    const whole = await store.summary('huge', 'whole');
    assert.deepEqual([whole?.signals.length, whole?.explanation.length], [1000, 1000]);
  });
});

describe('thumbnails', () => {
  test('go with every snapshot, in proportion, and a small picture is not blown up', async (t) => {
    const { store } = await bench(t);
    for (const [size, expected] of [
      [
        [1280, 720],
        [320, 180],
      ],
      [
        [100, 50],
        [100, 50],
      ],
      [
        [300, 3000],
        [64, 640],
      ],
    ] as const) {
      const create = { width: size[0], height: size[1], channels: 3 as const, background: 'red' };
      const image = await sharp({ create }).png().toBuffer();
      const { evidence } = await store.record(incident(), { image });
      assert.deepEqual(
        evidence.map(({ type, mime }) => [type, mime]),
        [
          ['snapshot', 'image/png'],
          ['thumbnail', 'image/jpeg'],
        ],
      );
      const { width, height } = await sharp((await store.find(evidence[1]?.id ?? ''))?.file).metadata();
      assert.deepEqual([width, height], expected);
    }
  });

  test('there is one of a snapshot that is kept clean and annotated, and it shows the boxes', async (t) => {
    const { store } = await bench(t);
    const picture = (background: string) =>
      sharp({ create: { width: 64, height: 36, channels: 3 as const, background } })
        .png()
        .toBuffer();
    const [image, cleanImage] = [await picture('red'), await picture('blue')];
    const { evidence } = await store.record(incident(), { image, cleanImage });
    const kinds = [
      ['snapshot', 'clean'],
      ['snapshot', 'annotated'],
      ['thumbnail', undefined],
    ];
    assert.deepEqual(
      evidence.map(({ type, rendition }) => [type, rendition]),
      kinds,
    );
    const [listed] = await store.list({ limit: 1 });
    assert.deepEqual(
      listed?.evidence.map(({ type, rendition }) => [type, rendition]),
      kinds,
    );
    assert.deepEqual((await store.incident('incident-1'))?.evidence, evidence);
    const [clean, , thumbnail] = await Promise.all(evidence.map(({ id }) => store.find(id)));
    assert.ok(readFileSync(clean?.file ?? '').equals(cleanImage));
    const { dominant } = await sharp(thumbnail?.file).stats();
    assert.ok(dominant.r > dominant.b);
  });

  test('that cannot be made cost nothing, and are told once', async (t) => {
    const { store, log } = await bench(t);
    for (const content of ['no picture', 'nor this']) {
      const { evidence, refused } = await store.record(incident(), { image: jpeg(content) });
      assert.deepEqual([evidence.length, evidence[0]?.type, refused], [1, 'snapshot', undefined]);
    }
    assert.equal(log.lines.filter((line) => line.includes('without a thumbnail')).length, 1);
  });
});
