import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Metrics } from '../../../src/contracts/ports.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';

const unmeasured: Metrics = { count: () => undefined, observe: () => undefined };

interface Bench {
  folder: string;
  database: Database;
  store: EvidenceStore;
  log: RecordingLog;
  counted: string[];
}

async function bench(t: TestContext, prepare: (folder: string) => void = () => undefined): Promise<Bench> {
  const folder = temporaryFolder(t);
  prepare(folder);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const counted: string[] = [];
  const metrics: Metrics = {
    count: (name, labels, by) => counted.push(`${name} ${JSON.stringify(labels)} ${by ?? 1}`),
    observe: () => undefined,
  };
  const clock = new ManualClock(Date.now());
  const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  return { folder, database, store, log, counted };
}

describe('recording', () => {
  test('writes incident, signals and files, and everything is found again', async (t) => {
    const { folder, store, counted } = await bench(t);
    const image = jpeg(randomBytes(49_997));
    const samples = Float32Array.from({ length: 16_000 }, (_, n) => Math.sin(n / 10) / 2);
    const { evidence: items } = await store.record(incident(), { image, samples });

    assert.deepEqual(
      items.map(({ type, mime, source }) => ({ type, mime, source })),
      [
        { type: 'snapshot', mime: 'image/jpeg', source: 'front' },
        { type: 'audio', mime: 'audio/wav', source: 'front' },
      ],
    );
    for (const item of items) {
      assert.match(item.id, /^[0-9a-f]{32}$/);
      const found = await store.find(item.id);
      assert.deepEqual(found?.item, item);
      const bytes = readFileSync(found.file);
      assert.equal(bytes.length, item.bytes);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), item.sha256);
      assert.equal(statSync(found.file).mode & 0o777, 0o600);
    }
    const day = join(folder, 'evidence', '2026-11-21');
    const [picture = '', sound = ''] = items.map(
      ({ sha256, id, type }) => `${sha256}-${id}.${type === 'audio' ? 'wav' : 'jpg'}`,
    );
    assert.deepEqual(readdirSync(day).sort(), [picture, sound].sort());
    assert.ok(readFileSync(join(day, picture)).equals(image));
    assert.equal(readFileSync(join(day, sound)).toString('latin1', 0, 4), 'RIFF');
    assert.deepEqual(readdirSync(join(folder, 'evidence', '.incoming')), []);
    assert.equal(counted[0], 'evidence_bytes_total {"type":"snapshot"} 50000');

    assert.deepEqual(await store.incident('incident-1'), { ...incident(), evidence: items });
    assert.equal(await store.incident('another'), undefined);
  });

  test('keeps the clip that follows an incident, also after its end, and nothing that is no video', async (t) => {
    const { store } = await bench(t);
    await store.record(incident({ seq: 0 }), {});
    await store.record(incident({ phase: 'end', seq: 2, endedAt: incident().updatedAt }), {});
    const clip = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), randomBytes(3 << 20)]);
    const told = incident({ phase: 'evidence', seq: 1, source: 'yard', capturedAt: 1_795_000_000_000 });
    const { evidence: items } = await store.record(told, { clip });
    const [item] = items;
    assert.ok(item);
    assert.deepEqual(
      [item.type, item.mime, item.source, item.capturedAt],
      ['clip', 'video/mp4', 'yard', 1_795_000_000_000],
    );
    assert.equal(item.sha256, createHash('sha256').update(clip).digest('hex'));
    assert.match((await store.find(item.id))?.file ?? '', /\.mp4$/);
    const stands = await store.incident('incident-1');
    assert.equal(stands?.phase, 'end', 'what comes late does not open it again');
    const { refused } = await store.record(told, { clip: Buffer.from('<html>') });
    assert.equal(refused?.name, 'ES_BAD_INPUT');
  });

  test('follows an incident from start to end, and a late or repeated message takes nothing back', async (t) => {
    const { store } = await bench(t);
    const start = incident({ severity: 1, label: 'Person', signals: incident().signals.slice(0, 1) });
    const update = incident({ phase: 'update', seq: 1, updatedAt: start.startedAt + 2000 });
    const ended = start.startedAt + 40_000;
    const quiet = { updatedAt: ended, endedAt: ended, explanation: ['It was quiet for 30 s.'] };
    const end = incident({ phase: 'end', seq: 2, ...quiet });
    for (const message of [start, end, update, start, end]) await store.record(message, {});

    const stored = await store.incident('incident-1');
    assert.equal(stored?.phase, 'end');
    assert.equal(stored.severity, 3);
    assert.equal(stored.endedAt, ended);
    assert.deepEqual(stored.explanation, ['It was quiet for 30 s.']);
    assert.deepEqual(
      stored.signals.map((signal) => signal.label),
      ['person', 'glass_break', 'door'],
    );
  });

  test('the number of a message decides, also between messages of the same moment', async (t) => {
    const { store } = await bench(t);
    const one = incident()
      .signals.slice(0, 1)
      .map((signal) => ({ ...signal, count: 1 }));
    const many = one.map((signal) => ({ ...signal, score: 0.99, capturedAt: signal.capturedAt - 50, count: 9 }));
    const start = incident({ severity: 1, label: 'Person', signals: one });
    const update = incident({ phase: 'update', seq: 1, severity: 3, label: 'Person and gunshot', signals: many });
    const image = jpeg(randomBytes(2_000_000));
    await Promise.all([store.record(update, {}), store.record(start, { image })]);
    const stored = await store.incident('incident-1');
    assert.deepEqual([stored?.phase, stored?.seq, stored?.severity], ['update', 1, 3]);
    assert.equal(stored?.label, 'Person and gunshot');
    assert.deepEqual(stored.signals, many);
    assert.equal(stored.evidence?.length, 1);
  });

  test('messages made by hand need no number: the later time is the newer one, and severity never falls', async (t) => {
    const { store } = await bench(t);
    const start = incident({ severity: 3, label: 'first' });
    delete start.seq;
    await store.record({ ...start, updatedAt: start.updatedAt + 1, severity: 2, label: 'second' }, {});
    await store.record(start, {});
    const stored = await store.incident('incident-1');
    assert.deepEqual([stored?.label, stored?.severity], ['second', 2]);
    await store.record({ ...start, updatedAt: start.updatedAt + 2, severity: 1, label: 'third', phase: 'end' }, {});
    const after = await store.incident('incident-1');
    assert.deepEqual([after?.label, after?.severity, after?.phase], ['third', 2, 'end']);
  });

  test('a file is named by what is in it, and the same picture of two incidents is two files', async (t) => {
    const { folder, store } = await bench(t);
    for (const id of ['one', 'two']) await store.record(incident({ id }), { image: jpeg('the same') });
    const names = readdirSync(join(folder, 'evidence', '2026-11-21'));
    const digest = createHash('sha256').update(jpeg('the same')).digest('hex');
    assert.deepEqual(
      names.map((name) => name.split('-')[0]),
      [digest, digest],
    );
    assert.equal(new Set(names).size, 2);
  });

  test('many at the same time keeps each incident whole', async (t) => {
    const { store } = await bench(t);
    const names = Array.from({ length: 30 }, (_, n) => `incident-${n}`);
    await Promise.all(names.map((id) => store.record(incident({ id }), { image: jpeg(id) })));
    for (const id of names) {
      const stored = await store.incident(id);
      assert.equal(stored?.signals.length, 3);
      const found = await store.find(stored.evidence?.[0]?.id ?? '');
      assert.ok(readFileSync(found?.file ?? '').equals(jpeg(id)));
    }
  });

  test('a burst of incidents is kept whole, and one that is too large is refused by name', async (t) => {
    const { database, store } = await bench(t);
    const burst = Array.from({ length: 3000 }, (_, n) => store.record(incident({ id: `incident-${n}` }), {}));
    await Promise.all(burst);
    const count = database.query.selectFrom('incidents').select(({ fn }) => fn.countAll<number>().as('rows'));
    assert.equal((await count.executeTakeFirstOrThrow()).rows, 3000);

    const image = Buffer.alloc(100 << 20);
    const large = [1, 2, 3].map((n) => store.record(incident({ id: `large-${n}` }), { image }));
    const outcomes = await Promise.allSettled(large);
    assert.match(String(outcomes[2]?.status === 'rejected' && outcomes[2].reason), /^ES_DATABASE: .*does not keep up/);
    await store.record(incident({ id: 'afterwards' }), {});
  });

  test('keeps from when to when a signal was there; its best moment lies between, whatever a message says', async (t) => {
    const { store } = await bench(t);
    const at = incident().startedAt;
    const person = { kind: 'object', label: 'person', source: 'front', score: 0.9, capturedAt: at, count: 1 } as const;
    const kept = async (seq: number, span: { firstAt?: number; lastAt?: number }): Promise<unknown[]> => {
      await store.record(incident({ seq, signals: [{ ...person, ...span }] }), {});
      const [signal] = (await store.incident('incident-1'))?.signals ?? [];
      return [signal?.firstAt, signal?.lastAt];
    };
    assert.deepEqual(await kept(0, {}), [undefined, undefined]);
    assert.deepEqual(await kept(1, { firstAt: at - 500.25, lastAt: at + 1000 }), [at - 500.25, at + 1000]);
    assert.deepEqual(await kept(2, { firstAt: at + 1, lastAt: at - 1 }), [at, at]);
  });

  test('an incident may have thousands of signals', async (t) => {
    const { store } = await bench(t);
    const one = { kind: 'signal' as const, source: 'door-1', score: 1, capturedAt: incident().startedAt, count: 1 };
    const signals = Array.from({ length: 5000 }, (_, n) => ({ ...one, label: `door ${n}` }));
    await store.record(incident({ signals }), {});
    await store.record(incident({ signals, seq: 1 }), {});
    assert.deepEqual((await store.incident('incident-1'))?.signals, signals);
  });

  test('keeps the incident when the disk refuses the files, and says so afterwards without a path', async (t) => {
    const { folder, store } = await bench(t, (place) => {
      writeFileSync(join(place, 'evidence'), 'a file where the folder should be');
    });
    const { evidence, refused } = await store.record(incident(), { image: jpeg('x') });
    assert.deepEqual(evidence, []);
    assert.equal(refused?.name, 'ES_EVIDENCE_WRITE');
    assert.ok(!refused.message.includes(folder));
    const stored = await store.incident('incident-1');
    assert.equal(stored?.signals.length, 3);
    assert.deepEqual(stored.evidence, []);
  });

  test('keeps the file that could be written when the other could not', async (t) => {
    const folder = temporaryFolder(t);
    const log = new RecordingLog();
    const database = await openDatabase(join(folder, 'sentinel.db'), { log });
    t.after(() => database.close());
    const uuids = [randomUUID(), randomUUID()] as const;
    const digest = createHash('sha256').update(jpeg('x')).digest('hex');
    const taken = `${digest}-${uuids[0].replaceAll('-', '')}.jpg`;
    mkdirSync(join(folder, 'evidence', '2026-11-21', taken, 'in the way'), { recursive: true });
    let given = 0;
    const newId = () => uuids[given++] ?? randomUUID();
    const store = new EvidenceStore({ database, folder, clock: new ManualClock(), log, metrics: unmeasured, newId });

    const { evidence, refused } = await store.record(incident(), { image: jpeg('x'), samples: new Float32Array(1600) });
    assert.equal(refused?.name, 'ES_EVIDENCE_WRITE');
    assert.deepEqual(
      evidence.map(({ type }) => type),
      ['audio'],
    );
    const stored = await store.incident('incident-1');
    assert.deepEqual(
      stored?.evidence?.map((item) => item.type),
      ['audio'],
    );
  });

  test('a PNG is kept as one; what is no picture is not kept, which is said when the rest is safe', async (t) => {
    const { store } = await bench(t);
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const {
      evidence: [item],
    } = await store.record(incident({ id: 'png' }), { image: png });
    assert.equal(item?.mime, 'image/png');
    assert.match((await store.find(item.id))?.file ?? '', /\.png$/);

    const page = Buffer.from('<script>alert(1)</script>');
    const { refused } = await store.record(incident(), { image: page, samples: new Float32Array(1600) });
    assert.equal(refused?.name, 'ES_IMAGE_INVALID');
    const stored = await store.incident('incident-1');
    assert.deepEqual(
      stored?.evidence?.map(({ type }) => type),
      ['audio'],
    );
  });

  test('leaves no file behind when its row cannot be written', async (t) => {
    const { folder, database, store } = await bench(t);
    await store.record(incident({ id: 'before' }), { image: jpeg('kept') });
    await sql`CREATE TRIGGER full BEFORE INSERT ON media BEGIN SELECT RAISE(ABORT, 'disk is full'); END`.execute(
      database.query,
    );
    await assert.rejects(store.record(incident(), { image: jpeg('x'), samples: new Float32Array(1600) }), {
      name: 'ES_DATABASE',
    });
    assert.equal(readdirSync(join(folder, 'evidence', '2026-11-21')).length, 1);
    assert.equal(await store.incident('incident-1'), undefined);
  });

  test('fails by name when the database is gone', async (t) => {
    const { database, store } = await bench(t);
    await database.close();
    await assert.rejects(store.record(incident(), {}), { name: 'ES_DATABASE' });
  });
});

describe('stopping', () => {
  test('ends what is open, also what is just being written; a message that comes later opens it again', async (t) => {
    const { store } = await bench(t);
    await store.record(incident({ id: 'open' }), {});
    const writing = store.record(incident({ id: 'writing' }), { image: jpeg(randomBytes(2_000_000)) });
    await store.endOpen();
    for (const id of ['open', 'writing']) {
      const stored = await store.incident(id);
      assert.deepEqual([stored?.phase, stored?.endedAt], ['end', incident().updatedAt], id);
    }
    await writing;
    await store.record(incident({ id: 'open', phase: 'update', seq: 1 }), {});
    const goesOn = await store.incident('open');
    assert.deepEqual([goesOn?.phase, goesOn?.endedAt], ['update', undefined]);
  });
});

describe('finding', () => {
  test('takes only ids: no spelling of a path comes near a file', async (t) => {
    const { store, database } = await bench(t);
    const {
      evidence: [item],
    } = await store.record(incident(), { image: jpeg('x') });
    const id = item?.id ?? '';
    for (const hostile of [
      '',
      '../sentinel.db',
      '..%2fsentinel.db',
      `${id}\0`,
      `${id}.jpg`,
      `${item?.sha256}-${id}.jpg`,
      id.toUpperCase(),
      `${id}\n`,
    ]) {
      if (hostile !== id) assert.equal(await store.find(hostile), undefined, JSON.stringify(hostile));
    }
    assert.equal(await store.find('f'.repeat(32)), undefined);

    await database.query.updateTable('media').set({ file: '../../etc/passwd' }).execute();
    await assert.rejects(store.find(id), { name: 'ES_DATABASE', message: /outside the evidence folder/ });
  });
});

describe('starting', () => {
  test('removes what an earlier run left half written, and nothing else', async (t) => {
    const { folder, store, log } = await bench(t, (place) => {
      const incoming = join(place, 'evidence', '.incoming');
      mkdirSync(join(place, 'evidence', '2026-11-20'), { recursive: true });
      mkdirSync(incoming);
      writeFileSync(join(place, 'evidence', '2026-11-20', 'kept.jpg'), 'whole');
      writeFileSync(join(incoming, 'young.jpg'), 'may be in use');
      writeFileSync(join(incoming, 'old.jpg'), 'half');
      const twoMinutesAgo = Date.now() / 1000 - 120;
      utimesSync(join(incoming, 'old.jpg'), twoMinutesAgo, twoMinutesAgo);
    });
    await store.record(incident(), {});
    assert.deepEqual(readdirSync(join(folder, 'evidence', '.incoming')), ['young.jpg']);
    assert.ok(existsSync(join(folder, 'evidence', '2026-11-20', 'kept.jpg')));
    assert.deepEqual(log.lines, ['warn: Removed 1 evidence files that an earlier run left half written.']);
  });

  test('ends the incidents that an earlier run left open, at their last message', async (t) => {
    const { database, folder, store, log } = await bench(t);
    const { updatedAt } = incident();
    const endedAt = updatedAt + 60_000;
    await store.record(incident({ id: 'open' }), {});
    await store.record(incident({ id: 'ended', phase: 'end', endedAt }), {});
    const next = new EvidenceStore({
      database,
      folder,
      clock: new ManualClock(),
      log,
      metrics: unmeasured,
      newId: randomUUID,
    });
    await next.record(incident({ id: 'new' }), {});
    assert.deepEqual(
      [(await next.incident('open'))?.phase, (await next.incident('open'))?.endedAt],
      ['end', updatedAt],
    );
    assert.equal((await next.incident('ended'))?.endedAt, endedAt);
    assert.equal((await next.incident('new'))?.endedAt, undefined);
  });

  test('sweeps files without a row: old ones with a name of ours, and nothing else', async (t) => {
    const hex = (digit: string, extension: string) =>
      `${digit === 'a' ? `${'0'.repeat(64)}-` : ''}${digit.repeat(32)}.${extension}`;
    const { folder, log } = await bench(t, (place) => {
      const folderOf = (day: string) => join(place, 'evidence', day);
      for (const day of ['2026-11-20', '2026-11-21', 'notes']) mkdirSync(folderOf(day), { recursive: true });
      const twoMinutesAgo = Date.now() / 1000 - 120;
      const old = [`2026-11-20/${hex('a', 'wav')}`, '2026-11-20/mine.jpg', `notes/${hex('b', 'jpg')}`];
      // Swept last: when it is gone, all others have had their turn.
      for (const name of [...old, `2026-11-21/${hex('f', 'jpg')}`]) {
        writeFileSync(folderOf(name), 'x');
        utimesSync(folderOf(name), twoMinutesAgo, twoMinutesAgo);
      }
      writeFileSync(folderOf(`2026-11-21/${hex('c', 'jpg')}`), 'young');
    });
    await until(() => log.lines.length > 0);
    const left = (day: string) => readdirSync(join(folder, 'evidence', day));
    assert.deepEqual(left('2026-11-20'), ['mine.jpg']);
    assert.deepEqual(left('2026-11-21'), [hex('c', 'jpg')]);
    assert.deepEqual(left('notes'), [hex('b', 'jpg')]);
    assert.deepEqual(log.lines, ['warn: Removed 2 evidence files that an earlier run left without an incident.']);
  });

  test('sweeps no file that has a row, however old', async (t) => {
    const { database, folder, store, log } = await bench(t);
    const { evidence: items } = await store.record(incident(), { image: jpeg('x'), samples: new Float32Array(1600) });
    const stray = join(folder, 'evidence', '2026-11-21', `${'f'.repeat(32)}.jpg`);
    writeFileSync(stray, 'x');
    const clock = new ManualClock(Date.now() + 3_600_000);
    const next = new EvidenceStore({ database, folder, clock, log, metrics: unmeasured, newId: randomUUID });
    await until(() => !existsSync(stray));
    for (const item of items) assert.ok(existsSync((await next.find(item.id))?.file ?? ''));
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 500, 'it did not come about in 5 s');
    await pause(10);
  }
}
