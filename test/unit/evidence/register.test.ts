import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { FlowNow, FlowSource } from '../../../src/contracts/register.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { forgottenAfterDays } from '../../../src/evidence/register/forgotten.ts';
import { registeredAreas, registeredModels, registeredSources } from '../../../src/evidence/register/register-list.ts';
import { sightingsIn, writeSightings } from '../../../src/evidence/register/sightings.ts';
import { readOlderNames } from '../../../src/evidence/register/older-names.ts';
import { Register } from '../../../src/evidence/register/register.ts';
import { EvidenceFiles } from '../../../src/evidence/evidence-files.ts';
import { remove } from '../../../src/evidence/retention/removal.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

const start = 1_700_000_000_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const detector = { id: 'nanodet', sha256: 'a'.repeat(64), kind: 'objects' } as const;

function camera(name: string, area = 'yard'): FlowSource {
  return { name, kind: 'camera', nodeType: 'rtsp-in', area, title: name };
}

async function house(t: TestContext, folder = temporaryFolder(t)) {
  const clock = new ManualClock(start);
  const log = new RecordingLog();
  const flow: { site: FlowNow['site']; sources: FlowSource[] } = {
    site: { id: 'home', name: 'Home', timeZone: 'Europe/Berlin' },
    sources: [],
  };
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const { query } = database;
  let run = 0;
  const begin = (): Register => {
    const own = ++run;
    // Of a run that was killed no timer comes any more.
    const after = (ms: number, callback: () => void) =>
      clock.after(ms, () => {
        if (own === run) callback();
      });
    const living = { now: () => clock.now(), monotonic: () => clock.monotonic(), after };
    const register = new Register({ clock: living, log, site: () => flow.site.id, flow: () => Promise.resolve(flow) });
    register.begin(database);
    return register;
  };
  let register = begin();
  const metrics = { count: () => undefined, observe: () => undefined };
  const store = new EvidenceStore({
    ...{ database, folder, clock, log, metrics, newId: randomUUID },
    onKept: (one) => {
      register.saw(one);
    },
  });
  return {
    ...{ clock, log, flow, database, query, store, folder },
    get register() {
      return register;
    },
    /** Nothing more is written. */
    kill: () => {
      run += 1;
    },
    beginAnew: () => (register = begin()),
    /** Time passes in steps, and what falls due in one is written before the next. */
    pass: async (ms: number, step = Math.min(ms, 5000)) => {
      for (let passed = 0; passed < ms; passed += step) {
        clock.advance(step);
        await register.idle();
      }
    },
    source: async (name: string) => (await registeredSources(query)).find(({ source }) => source === name),
    names: async () => (await registeredSources(query)).map(({ source }) => source).sort(),
    area: async (name: string) => (await registeredAreas(query)).find(({ area }) => area === name),
  };
}

describe('the register of what the flow has', () => {
  test('a camera that is renamed keeps its row, with the time when it went; a deploy in between is no leave', async (t) => {
    const { flow, clock, register, pass, source, area } = await house(t);
    flow.sources = [camera('gate'), camera('door', 'hall')];
    await pass(5000);
    const gate = { site: 'home', source: 'gate', kind: 'camera', nodeType: 'rtsp-in', area: 'yard', title: 'gate' };
    assert.deepEqual(await source('gate'), { ...gate, firstSeen: start + 5000, lastSeen: start + 5000 });

    flow.sources = [];
    register.changed();
    await pass(10_000);
    flow.sources = [camera('gate'), camera('door', 'hall')];
    register.changed();
    await pass(minute);
    assert.equal((await source('gate'))?.goneAt, undefined);

    flow.sources = [camera('portal'), camera('door', 'hall')];
    register.changed();
    const renamed = clock.now() + 5000;
    await pass(minute);
    assert.deepEqual(await source('gate'), {
      ...{ ...gate, firstSeen: start + 5000, lastSeen: start + 5000 },
      goneAt: renamed,
    });
    assert.equal((await source('portal'))?.goneAt, undefined);
    assert.equal((await area('yard'))?.goneAt, undefined);

    flow.sources = [camera('gate', 'hall'), camera('door', 'hall')];
    register.changed();
    await pass(minute);
    const back = await source('gate');
    assert.equal(back?.goneAt, undefined);
    assert.deepEqual([back?.area, back?.firstSeen], ['hall', start + 5000]);
    assert.equal((await area('yard'))?.goneAt, renamed + minute);
  });

  test('what stands is said again every hour, so that a kill loses no more than that; a close says it once more', async (t) => {
    const { flow, clock, pass, source, query, kill, beginAnew } = await house(t);
    flow.sources = [camera('gate'), camera('door')];
    await pass(5000);
    await pass(3 * hour, minute);
    const known = (await source('gate'))?.lastSeen ?? 0;
    assert.ok(clock.now() - known <= hour, String(clock.now() - known));

    kill();
    // The flow is changed meanwhile.
    flow.sources = [camera('door')];
    clock.advance(day);
    const register = beginAnew();
    await pass(minute);
    assert.equal((await source('gate'))?.lastSeen, known);
    assert.ok(((await source('gate'))?.goneAt ?? 0) >= known + day - hour);
    assert.equal((await source('door'))?.goneAt, undefined);

    clock.advance(7 * minute);
    await register.close();
    assert.equal((await source('door'))?.lastSeen, clock.now());
    const [site] = await query.selectFrom('sites').selectAll().execute();
    assert.deepEqual([site?.name, site?.time_zone, site?.last_seen], ['Home', 'Europe/Berlin', clock.now()]);
  });

  test('a site that gets another id keeps what it had under the first', async (t) => {
    const { flow, register, pass, query } = await house(t);
    flow.sources = [camera('gate')];
    await pass(5000);
    flow.site = { ...flow.site, id: 'shop' };
    register.changed();
    await pass(minute);
    const rows = (await registeredSources(query)).map(({ site, source, goneAt }) => [
      site,
      source,
      goneAt !== undefined,
    ]);
    assert.deepEqual(rows, [
      ['home', 'gate', true],
      ['shop', 'gate', false],
    ]);
  });

  test('a database that cannot be written costs rows for a while, and is said once', async (t) => {
    const { flow, register, pass, names, query, log } = await house(t);
    flow.sources = [camera('gate')];
    await pass(5000);
    const { sql } = await import('kysely');
    await sql`CREATE TRIGGER full BEFORE INSERT ON sources BEGIN SELECT RAISE(ABORT, 'disk full'); END`.execute(query);
    flow.sources.push(camera('door'));
    register.changed();
    await pass(5000);
    register.changed();
    await pass(5000);
    assert.equal(log.lines.filter((line) => line.includes('register of cameras')).length, 1, log.lines.join('\n'));
    await sql`DROP TRIGGER full`.execute(query);
    await pass(hour, 5 * minute);
    assert.deepEqual(await names(), ['door', 'gate']);
  });
});

describe('what incidents name', () => {
  test('has a row, once and behind, also where the flow never had it; and of what it has, since when', async (t) => {
    const { flow, clock, store, pass, source, area } = await house(t);
    flow.sources = [camera('gate')];
    const longAgo = start - 400 * day;
    await store.record(
      incident({ id: 'a', source: 'gate', sources: ['gate'], startedAt: longAgo, updatedAt: longAgo }),
      {},
    );
    await pass(2 * minute);
    assert.equal((await source('gate'))?.firstSeen, longAgo);

    const at = clock.now();
    const seen = { source: 'sensor-7', area: 'cellar', sources: ['sensor-7', 'gate'], startedAt: at, updatedAt: at };
    await store.record(incident({ id: 'b', ...seen }), {});
    await pass(5000);
    assert.deepEqual(await source('sensor-7'), {
      ...{ site: 'home', source: 'sensor-7', kind: 'unknown', area: 'cellar', title: 'sensor-7' },
      ...{ firstSeen: at, lastSeen: at, goneAt: at },
    });
    assert.equal((await area('cellar'))?.goneAt, at);
    assert.equal((await source('gate'))?.goneAt, undefined);
  });

  test('is found in incidents of before, each name once, through all the years, and only the newest of them at the next start', async (t) => {
    const before = await house(t);
    const years = [900, 500, 20].map((days) => start - days * day);
    for (const [n, at] of years.entries()) {
      for (const source of ['old-gate', `only-${n}`]) {
        const told = { source, area: `${source}-area`, sources: [source, 'mic'], startedAt: at, updatedAt: at + n };
        await before.store.record(incident({ id: `${source}-${n}`, ...told }), {});
      }
    }
    await before.store.list({ limit: 1 });
    const { clock, store, pass, source, names, query, kill, beginAnew } = before;
    kill();
    beginAnew();
    await pass(2 * minute);
    assert.deepEqual(await names(), ['mic', 'old-gate', 'only-0', 'only-1', 'only-2']);
    const gate = await source('old-gate');
    assert.deepEqual(
      [gate?.firstSeen, gate?.lastSeen, gate?.goneAt],
      [years[0], (years[2] ?? 0) + 2, (years[2] ?? 0) + 2],
    );
    assert.equal((await source('only-1'))?.area, 'only-1-area');

    kill();
    const late = { source: 'late', sources: ['late'], startedAt: clock.now(), updatedAt: clock.now() };
    await store.record(incident({ id: 'late', ...late }), {});
    await query.deleteFrom('sources').execute();
    beginAnew();
    await pass(2 * minute);
    assert.deepEqual(await names(), ['late']);
  });

  test('is not known from a time to come, whatever an incident made by hand says: it would never be forgotten', async (t) => {
    const { store, clock, pass, source } = await house(t);
    const future = { startedAt: start + 900 * day, updatedAt: start + 900 * day };
    await store.record(incident({ id: 'a', source: 'odd', sources: ['odd'], ...future }), {});
    await pass(2 * minute);
    const odd = await source('odd');
    assert.ok(odd !== undefined && odd.firstSeen <= clock.now() && (odd.goneAt ?? Infinity) <= clock.now());
  });

  test('is looked for in incidents of before only until the site closes; the next start begins anew', async (t) => {
    const { store, kill, beginAnew, pass, names, query } = await house(t);
    kill();
    await store.record(incident({ id: 'a', source: 'old', sources: ['old'] }), {});
    await store.list({ limit: 1 });
    assert.equal(await readOlderNames(query, undefined, new Set(), () => true), undefined);
    assert.deepEqual(await names(), []);
    beginAnew();
    await pass(2 * minute);
    assert.ok((await names()).includes('old'));
  });

  test('is written a few at a time, however many names somebody makes up: an alert waits for no more', async (t) => {
    const { query, names } = await house(t);
    const sources = Array.from({ length: 200 }, (_, n) => `made-up-${n}`);
    const writing = writeSightings(query, sightingsIn(incident({ source: 'made-up-0', sources })), start);
    const meanwhile = (await names()).length;
    await writing;
    assert.ok(meanwhile < 100, `${meanwhile} were written first`);
    assert.equal((await names()).length, 200);
  });

  test('stays as long as an incident does, and goes after its time', async (t) => {
    const { flow, register, clock, store, database, folder, pass, names, area } = await house(t);
    flow.sources = [camera('gate'), camera('door', 'hall')];
    await pass(minute);
    const at = clock.now();
    const ended = { phase: 'end', severity: 1, startedAt: at, updatedAt: at, endedAt: at } as const;
    await store.record(incident({ id: 'a', source: 'gate', area: 'yard', sources: ['gate'], ...ended }), {});
    flow.sources = [];
    register.changed();
    await pass(minute);
    await pass((forgottenAfterDays - 1) * day, 12 * hour);
    assert.deepEqual(await names(), ['door', 'gate']);
    await pass(2 * day, hour);
    assert.deepEqual(await names(), ['gate']);
    assert.ok(await area('yard'));
    assert.equal(await area('hall'), undefined);

    const work = { database, files: new EvidenceFiles(folder), newId: randomUUID, now: () => clock.now() };
    await remove(work, { incidentId: 'a', what: 'incident', why: 'old' }, 'test');
    await pass(3 * hour, hour);
    assert.deepEqual(await names(), []);
    assert.equal(await area('yard'), undefined);
  });
});

describe('models', () => {
  test('forget after their time what they judged for sources that nothing else names', async (t) => {
    const { flow, register, query, pass } = await house(t);
    flow.sources = [camera('gate')];
    await pass(2 * minute);
    for (const source of ['gate', 'made-up']) register.used(detector, source);
    await pass((forgottenAfterDays + 1) * day, 12 * hour);
    const uses = await query.selectFrom('model_sources').select('source').execute();
    assert.deepEqual(uses, [{ source: 'gate' }]);
  });

  test('are known by digest, with what they judged and since when; one that was exchanged is another', async (t) => {
    const { clock, register, pass, query } = await house(t);
    register.used(detector, 'gate');
    await pass(5000);
    await pass(2 * hour, minute);
    const begun = clock.now();
    register.used(detector, 'gate');
    register.used({ ...detector, sha256: 'b'.repeat(64) }, 'door');
    register.used({ id: 'ears, head 3', sha256: 'c'.repeat(64), kind: 'sound-head', version: 3 }, 'mic');
    await pass(5000);
    const models = await registeredModels(query, 'home');
    const told = models.map(({ model, sha256, version, sources }) => [model, sha256[0], version, sources[0]?.source]);
    assert.deepEqual(told.sort(), [
      ['ears, head 3', 'c', 3, 'mic'],
      ['nanodet', 'a', undefined, 'gate'],
      ['nanodet', 'b', undefined, 'door'],
    ]);
    const first = models.find(({ sha256 }) => sha256 === detector.sha256);
    assert.deepEqual([first?.firstUsed, first?.lastUsed], [start, begun]);
  });
});
