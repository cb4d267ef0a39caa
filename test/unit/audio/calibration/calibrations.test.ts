import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { Calibrations } from '../../../../src/audio/calibration/calibrations.ts';
import type { AudioScores } from '../../../../src/contracts/messages.ts';
import { openDatabase } from '../../../../src/database/database.ts';
import { dismissedSounds } from '../../../../src/evidence/dismissed-sounds.ts';
import { EvidenceStore } from '../../../../src/evidence/evidence-store.ts';
import { incident } from '../../evidence/incident.ts';
import { ManualClock } from '../../manual-clock.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const shipped = { glass_break: 0.6, scream: 0.6 };
const key = 'home\nfront';

async function bench(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const clock = new ManualClock(Date.UTC(2026, 10, 22));
  const store = new EvidenceStore({
    ...{
      database,
      folder,
      clock,
      log,
      newId: randomUUID,
      metrics: { count: () => undefined, observe: () => undefined },
    },
  });
  const random = seededRandom(4);
  const calibrations = () =>
    new Calibrations({
      ...{ singleFrom: 0.8, shipped, thresholds: { ...shipped }, clock, random, newId: randomUUID },
      database: () => Promise.resolve(database),
      dismissed: dismissedSounds(() => Promise.resolve(database.query)),
    });
  /** A window every half second. */
  const listen = (to: Calibrations, seconds: number, scores: () => Record<string, number>, model = 'm'): void => {
    for (let heard = 0; heard < seconds * 2; heard++) {
      clock.advance(500);
      const window: AudioScores = {
        ...{ v: 1, kind: 'audio-scores', site: 'home', area: 'hall', source: 'front', capturedAt: clock.now() },
        ...{ scores: scores(), top: [], triggered: [], thresholds: shipped, dbfs: -50, peak: 0.1, record: false },
        ...{ model, backend: 'b', timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 } },
      };
      to.hear(window);
    }
  };
  const quiet = (level: number) => () => {
    const score = 1 / (1 + Math.exp(-(level + gaussian(random))));
    return { glass_break: score, scream: score };
  };
  return { calibrations, listen, quiet, clock, store, database };
}

/** What was heard is written down by a thread. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(5);
}

describe('calibration on site', () => {
  test('recorded minutes and clips become thresholds that keep a budget', async (t) => {
    const { calibrations, listen, quiet } = await bench(t);
    const room = calibrations();
    await assert.rejects(room.begin(key, 10), { name: 'ES_BAD_INPUT', message: /No sound came/ });
    listen(room, 1, quiet(-3));
    await room.begin(key, 60);
    for (let minute = 0; minute < 60; minute++) {
      listen(room, 60, quiet(-3));
      await until(async () => (await room.kept(key)).ambientMinutes >= minute - 1);
    }
    await until(async () => room.sources[0]?.recording === undefined && (await room.kept(key)).ambientMinutes > 59);
    for (const score of [0.95, 0.9, 0.4]) {
      listen(room, 2, () => ({ glass_break: score, scream: 0 }));
      room.mark(key, 'glass_break');
      listen(room, 8, quiet(-3));
      await until(() => room.sources[0]?.clip?.state === 'kept');
    }
    assert.deepEqual((await room.kept(key)).clips, { glass_break: 3 });
    const { classes, ambientMinutes } = await room.suggest(key, 2);
    assert.equal(Math.round(ambientMinutes), 60);
    const { glass_break: glass = assert.fail(), scream = assert.fail() } = classes;
    assert.deepEqual([glass.recall.of, scream.recall.of], [3, 0]);
    assert.ok(glass.threshold !== null && glass.threshold >= 0.4 && glass.threshold <= 0.8, `${glass.threshold}`);
    assert.equal(glass.falseAlarms.method, 'extrapolated');
    assert.ok((glass.falseAlarms.perDay ?? 9) <= 1.01);
    assert.ok(glass.falseAlarms.high > glass.falseAlarms.low);
    assert.deepEqual(
      scream.curve.map(({ recall }) => recall).filter((recall) => recall !== null),
      [],
    );
  });

  test('scores of another model do not count, and what is forgotten is gone', async (t) => {
    const { calibrations, listen, quiet, database } = await bench(t);
    const room = calibrations();
    listen(room, 1, quiet(-3));
    await room.begin(key, 5);
    listen(room, 90, quiet(-3));
    await room.stop(key);
    assert.ok((await room.kept(key)).ambientMinutes >= 1.4);
    const other = calibrations();
    listen(other, 1, quiet(-3), 'another');
    assert.equal((await other.kept(key)).ambientMinutes, 0);
    assert.equal((await other.suggest(key, 1)).classes.scream?.reason, 'listen-longer');
    await room.forget(key);
    assert.deepEqual(await room.kept(key), { ambientMinutes: 0, clips: {} });
    assert.deepEqual(await database.query.selectFrom('calibration_scores').selectAll().execute(), []);
  });

  test('of a microphone the last two models are kept: each version of a trained head is another one', async (t) => {
    const { calibrations, listen, quiet, database } = await bench(t);
    const room = calibrations();
    for (const head of ['m', 'm, head 1', 'm, head 2']) {
      listen(room, 1, quiet(-3), head);
      await room.begin(key, 5);
      listen(room, 10, quiet(-3), head);
      await room.stop(key);
    }
    const models = await database.query.selectFrom('calibration_recordings').select('model').execute();
    assert.deepEqual(models.map(({ model }) => model).sort(), ['m, head 1', 'm, head 2']);
  });

  test('what cannot begin deletes nothing', async (t) => {
    const { calibrations, listen, quiet, database } = await bench(t);
    const room = calibrations();
    listen(room, 1, quiet(-3));
    await room.begin(key, 5);
    listen(room, 10, quiet(-3));
    await room.stop(key);
    // As if it had lasted two days.
    const seconds = 2 * 86_400;
    await database.query.updateTable('calibration_recordings').set({ seconds }).execute();
    await assert.rejects(room.begin(key, 2000), { name: 'ES_BAD_INPUT', message: /lasts/ });
    assert.equal((await room.kept(key)).ambientMinutes, seconds / 60);
    await room.begin(key, 1);
    await assert.rejects(room.begin(key, 1440), { name: 'ES_BAD_INPUT', message: /runs already/ });
    await room.close();
  });

  test('what is kept survives the node, and the oldest goes when there is too much', async (t) => {
    const { calibrations, listen, quiet, database, clock } = await bench(t);
    const room = calibrations();
    listen(room, 1, quiet(-3));
    await room.begin(key, 1440);
    listen(room, 30, quiet(-3));
    await room.close();
    const next = calibrations();
    listen(next, 1, quiet(-3));
    assert.equal((await next.kept(key)).ambientMinutes, 0.5);
    // As if it had lasted two days.
    await database.query
      .updateTable('calibration_recordings')
      .set({ seconds: 2 * 86_400 })
      .execute();
    clock.advance(1000);
    await next.begin(key, 5);
    await next.stop(key);
    assert.equal((await next.kept(key)).ambientMinutes, 0);
  });

  test('incidents that people dismissed raise the threshold; one that was confirmed later does not', async (t) => {
    const { calibrations, listen, quiet, store, clock } = await bench(t);
    const room = calibrations();
    listen(room, 1, quiet(-3));
    const at = clock.now();
    const days = [1, 2, 3];
    const front = { kind: 'sound', label: 'glass_break', source: 'front', model: 'm' } as const;
    for (const day of days) {
      const startedAt = at - day * 86_400_000;
      const signals = [
        { ...front, score: 0.6 + day / 10, capturedAt: startedAt },
        { ...front, source: 'another', score: 0.99, capturedAt: startedAt },
      ] as const;
      await store.record(incident({ id: `i${day}`, startedAt, updatedAt: startedAt, signals: [...signals] }), {});
      await store.review(`i${day}`, { action: day === 1 ? 'dismiss' : 'false-positive' }, 'ann');
    }
    await store.review('i3', { action: 'confirm' }, 'ann');
    const { classes, dismissedDays } = await room.suggest(key, 0.5);
    assert.equal(Math.round(dismissedDays), 3);
    const { threshold, reason, dismissedPerDay } = classes.glass_break ?? assert.fail();
    assert.deepEqual([reason, dismissedPerDay], ['raised', 0]);
    assert.ok(threshold !== null && threshold > 0.8 && threshold < 0.81, 'above the second, not the confirmed third');
    // What a model said says nothing of another one.
    listen(room, 1, quiet(-3), 'm, head 1');
    const other = await room.suggest(key, 0.5);
    assert.deepEqual([other.classes.glass_break?.reason, Math.round(other.dismissedDays)], ['listen-longer', 1]);
  });

  test('no class, no budget, no microphone: said by name', async (t) => {
    const { calibrations, listen, quiet } = await bench(t);
    const room = calibrations();
    listen(room, 1, quiet(-3));
    assert.throws(
      () => {
        room.mark(key, 'constructor');
      },
      { name: 'ES_BAD_INPUT', message: /no class "constructor"/ },
    );
    for (const budget of [0, -1, NaN, Infinity])
      await assert.rejects(room.suggest(key, budget), { name: 'ES_BAD_INPUT' });
    await assert.rejects(room.stop('elsewhere'), { name: 'ES_BAD_INPUT' });
  });
});
