import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type BetterSqlite3 from 'better-sqlite3';
import { exportBundle, sealNow } from '../../../src/evidence/trust/export-bundle.ts';
import { incidentDigest } from '../../../src/evidence/trust/row-digests.ts';
import { signingKey } from '../../../src/evidence/trust/signing-key.ts';
import { verifyBundle } from '../../../src/evidence/trust/verify-bundle.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { verifyInThread } from '../../../src/evidence/trust/trust-work.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';
import { keptFolder } from './kept-folder.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
const now = Date.UTC(2026, 10, 22);

async function sealed(t: TestContext) {
  const kept = await keptFolder(t);
  sealNow(kept.folder, signingKey(kept.folder), now);
  return kept;
}

/** As somebody would who can write to the file: without the triggers. */
function tamper(folder: string, ...statements: string[]): void {
  const connection = new Sqlite(join(folder, 'sentinel.db'));
  connection.pragma('foreign_keys = OFF');
  connection.exec('DROP TRIGGER IF EXISTS chain_is_never_changed; DROP TRIGGER IF EXISTS chain_is_kept;');
  for (const statement of statements) connection.exec(statement);
  connection.close();
}

function evidenceFiles(folder: string): string[] {
  const days = readdirSync(join(folder, 'evidence')).filter((name) => !name.startsWith('.'));
  return days.flatMap((day) =>
    readdirSync(join(folder, 'evidence', day)).map((name) => join(folder, 'evidence', day, name)),
  );
}

describe('the digest of an incident', () => {
  const row = {
    ...{ id: 'old', site: 'home', area: 'yard', source: 'cam', seq: 1, severity: 2, label: 'Person at the gate' },
    ...{ reason: 'person', confidence: 0.5, started_at: 1000.5, updated_at: 2000, ended_at: 2000 },
    ...{ explanation_json: '["A person was seen."]', sources_json: '["cam"]' },
  };
  const signal = {
    ...{ kind: 'object', label: 'person', source: 'cam', score: 0.5, threshold: null, model: null },
    ...{ captured_at: 1000, count: 2 },
  };
  const later = { first_at: null, last_at: null };

  test('of before comes out again, in the rows of now and in a bundle of before', () => {
    const before = 'b96bdf2ccba403ccd1c7a30ec7b743981f28a408e2c6b9323776cb7062687438';
    assert.equal(incidentDigest(row, [signal]).toString('hex'), before);
    assert.equal(incidentDigest({ ...row, areas_json: null }, [{ ...signal, ...later }]).toString('hex'), before);
    assert.equal(
      incidentDigest({ ...row, areas_json: '["yard","hall"]' }, [signal]).toString('hex'),
      '297be971662ee00383d94ac77e8ff9c37fe1692d1d6efc66572e1e4a79684799',
    );
  });
});

describe('the chain of a site', () => {
  test('holds what was written, in whatever thread it is checked; its key is its owner’s alone', async (t) => {
    const { folder } = await sealed(t);
    const found = await verifyFolder(folder);
    assert.deepEqual(found.first, []);
    assert.ok(found.holds);
    assert.deepEqual([found.incidents, found.files, found.seals, found.unsealed], [3, 4, 1, 0]);
    // Four messages of incidents, four files, two reviews.
    assert.equal(found.entries, 10);
    assert.deepEqual(await verifyInThread(folder), found);
    assert.equal(statSync(join(folder, 'evidence-key.pem')).mode & 0o777, 0o600);
  });

  test('tells how much is not sealed, and seals no entry twice', async (t) => {
    const { folder, store } = await sealed(t);
    await store.record(incident({ id: 'four' }), {});
    assert.equal((await verifyFolder(folder)).unsealed, 1);
    assert.equal(sealNow(folder, signingKey(folder), now), 1);
    assert.equal(sealNow(folder, signingKey(folder), now), 0);
    assert.deepEqual((await verifyFolder(folder)).first, []);
  });

  test('cannot be changed by a statement', async (t) => {
    const { database } = await sealed(t);
    await assert.rejects(database.query.deleteFrom('chain').execute(), /the chain is kept/);
    await assert.rejects(database.query.updateTable('chain').set({ at: 1 }).execute(), /never changed/);
  });

  const damages: [what: string, where: RegExp, said: RegExp, ...statements: string[]][] = [
    [
      'an incident that was made harmless',
      /^incident two$/,
      /not what it was/,
      `UPDATE incidents SET severity = 0 WHERE id = 'two'`,
    ],
    [
      'a signal that was added',
      /^incident two$/,
      /not what it was/,
      `INSERT INTO signals (incident_id, kind, label, source, score, captured_at, count) VALUES ('two', 'object', 'dog', 'front', 1, 1, 1)`,
    ],
    [
      'a review that was turned round',
      /^review .* of incident one$/,
      /not what it was/,
      `UPDATE reviews SET action = 'dismiss' WHERE incident_id = 'one'`,
    ],
    [
      'a deleted incident',
      /^incident three$/,
      /deleted/,
      `DELETE FROM media WHERE incident_id = 'three'`,
      `DELETE FROM signals WHERE incident_id = 'three'`,
      `DELETE FROM incidents WHERE id = 'three'`,
    ],
    ['a deleted review', /^review .* of incident two$/, /deleted/, `DELETE FROM reviews WHERE incident_id = 'two'`],
    [
      'an incident that was put in by hand',
      /^incident five$/,
      /knows nothing/,
      `INSERT INTO incidents SELECT 'five', site, area, source, seq, severity, label, reason, confidence, started_at, updated_at, ended_at, explanation_json, sources_json, NULL, review_state, held, NULL, NULL FROM incidents WHERE id = 'one'`,
    ],
    [
      'a signal that is said to have gone on for longer',
      /^incident two$/,
      /not what it was/,
      `UPDATE signals SET last_at = captured_at + 60000 WHERE incident_id = 'two' AND label = 'person'`,
    ],
    [
      'a snapshot that is said to be clean',
      /^media .* of incident two$/,
      /not what it was/,
      `UPDATE media SET rendition = 'clean' WHERE incident_id = 'two'`,
    ],
    [
      'an incident that was said to be elsewhere too',
      /^incident two$/,
      /not what it was/,
      `UPDATE incidents SET areas_json = '["shop","cellar"]' WHERE id = 'two'`,
    ],
    ['an entry that was deleted', /^chain entry 4$/, /missing/, 'DELETE FROM chain WHERE seq = 4'],
    ['a changed digest', /^chain entry 3$/, /not what it was/, `UPDATE chain SET digest = zeroblob(32) WHERE seq = 3`],
    [
      'two entries that changed places',
      /^chain entry 5$/,
      /not what it was, or not in its place/,
      'UPDATE chain SET seq = 500 WHERE seq = 5',
      'UPDATE chain SET seq = 5 WHERE seq = 6',
      'UPDATE chain SET seq = 6 WHERE seq = 500',
    ],
    ['an end that was cut off', /^chain entry 10$/, /missing/, 'DELETE FROM chain WHERE seq = 10'],
    [
      'a seal that was changed',
      /^seal 1$/,
      /signature/,
      `UPDATE seals SET statement = replace(statement, '"at":', '"at":1')`,
    ],
  ];
  for (const [what, where, said, ...statements] of damages) {
    test(`names ${what}`, async (t) => {
      const { folder } = await sealed(t);
      tamper(folder, ...statements);
      const found = await verifyFolder(folder);
      assert.ok(!found.holds);
      assert.match(found.first[0]?.where ?? '', where);
      assert.match(found.first[0]?.what ?? '', said);
    });
  }

  test('names a file with one flipped bit, and one that is gone', async (t) => {
    const { folder } = await sealed(t);
    const [flipped = '', gone = ''] = evidenceFiles(folder);
    const bytes = readFileSync(flipped);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(flipped, bytes);
    rmSync(gone);
    const { first } = await verifyFolder(folder);
    assert.deepEqual(
      new Set(first.map(({ where, what }) => `${join(folder, where)}: ${what}`)),
      new Set([`${flipped}: The file is not what it was.`, `${gone}: The file is missing.`]),
    );
  });

  test('is not trusted when somebody makes all of it anew with a key of their own', async (t) => {
    const { folder } = await sealed(t);
    const other = generateKeyPairSync('ed25519');
    const owner = createPublicKey(readFileSync(join(folder, 'evidence-key.pub.pem')));
    tamper(folder, 'DELETE FROM seals');
    sealNow(folder, other, now);
    const found = await verifyFolder(folder, owner);
    assert.deepEqual(found.first, [{ where: 'seal 1', what: 'It was made with another key.' }]);
  });
});

describe('a bundle', () => {
  async function bundled(t: TestContext, ids: string[]) {
    const { folder, ...kept } = await keptFolder(t);
    const elsewhere = temporaryFolder(t);
    const file = join(elsewhere, 'bundle.zip');
    const made = await exportBundle({ folder, file, ids, now });
    return { folder, file, made, ...kept };
  }

  test('verifies elsewhere, without the data folder, and says nothing of other incidents', async (t) => {
    const { folder, file, made } = await bundled(t, ['one']);
    const key = createPublicKey(readFileSync(join(folder, 'evidence-key.pub.pem')));
    rmSync(join(folder, 'evidence'), { recursive: true });
    const found = await verifyBundle(file, key);
    assert.deepEqual(found.first, []);
    assert.deepEqual([found.incidents, found.files, found.seals, found.entries], [1, 2, 1, 10]);
    assert.equal(made.key, found.key);
    assert.ok(!readFileSync(file).includes('three'));
  });

  test('has a page to read, on which nothing of a label becomes markup', async (t) => {
    const { file } = await bundled(t, ['one', 'two']);
    const page = await textIn(file, 'report.html');
    assert.match(page, /&lt;b&gt;two&lt;\/b&gt;/);
    assert.doesNotMatch(page, /<b>two/);
    assert.match(page, /a burglar/);
    assert.match(page, /<img src="media\/[0-9a-f]{64}-[0-9a-f]{32}\.jpg"/);
    assert.doesNotMatch(page, /https?:/);
  });

  test('with one changed byte anywhere does not hold', async (t) => {
    const { file } = await bundled(t, ['one']);
    const whole = readFileSync(file);
    const picture = whole.indexOf('picture of one');
    const changed = Buffer.from(whole);
    changed[picture] = 0x50;
    writeFileSync(file, changed);
    const found = await verifyBundle(file);
    assert.ok(!found.holds);
    assert.match(found.first[0]?.where ?? '', /^media\/[0-9a-f]{64}-[0-9a-f]{32}\.jpg$/);
  });

  test('of another key is told by the key that its owner gave', async (t) => {
    const { file } = await bundled(t, ['one']);
    const { publicKey } = generateKeyPairSync('ed25519');
    const found = await verifyBundle(file, publicKey);
    assert.match(found.first[0]?.what ?? '', /not the key of the site/);
  });

  test('is not written over another file, nor without an incident', async (t) => {
    const { folder, file } = await bundled(t, ['one']);
    const before = readFileSync(file);
    await assert.rejects(exportBundle({ folder, file, now }), { name: 'ES_BAD_INPUT', message: /exists/ });
    assert.ok(readFileSync(file).equals(before));
    await assert.rejects(exportBundle({ folder, file: `${file}2`, ids: ['none'], now }), { name: 'ES_BAD_INPUT' });
  });

  test('holds the snapshot clean and annotated, and says which is which', async (t) => {
    const { folder, store } = await keptFolder(t);
    const pictures = { image: jpeg('drawn on'), cleanImage: jpeg('as it came') };
    await store.record(incident({ id: 'four' }), pictures);
    const file = join(temporaryFolder(t), 'bundle.zip');
    await exportBundle({ folder, file, ids: ['four'], now });
    assert.deepEqual((await verifyBundle(file)).first, []);
    const captions = (await textIn(file, 'report.html')).match(/snapshot \(\w+\)/g);
    assert.deepEqual(captions, ['snapshot (clean)', 'snapshot (annotated)']);
  });

  test('holds from when to when each signal was there, and which rules stand on it', async (t) => {
    const { folder, store } = await keptFolder(t);
    const { signals, ...rest } = incident({ id: 'four' });
    const lasting = signals.map((signal) => ({
      ...signal,
      ...{ firstAt: signal.capturedAt - 5000, lastAt: signal.capturedAt + 61_000 },
      ...(signal.kind === 'object' ? { model: 'eyes' } : {}),
    }));
    const grounds = [{ kind: 'object', label: 'person', source: 'front' }] as const;
    const rule = { id: 'r', name: 'Break-in <1>', severity: 3, firstAt: rest.startedAt, signals: [...grounds] };
    await store.record({ ...rest, signals: lasting, rules: [rule] }, {});
    const file = join(temporaryFolder(t), 'bundle.zip');
    await exportBundle({ folder, file, ids: ['one', 'four'], now });
    assert.deepEqual((await verifyBundle(file)).first, []);
    const report = await textIn(file, 'report.html');
    assert.match(
      report,
      /<td>Break-in &lt;1&gt;<\/td><td>3<\/td><td>2026-11-21 23:59:58\.000<\/td><td>object person \(front\)/,
    );
    assert.match(
      report,
      /<td>2026-11-21 23:59:58\.000<\/td><td>2026-11-21 23:59:53\.000<\/td><td>2026-11-22 00:00:59\.000/,
    );
    assert.match(report, /<td>object person<\/td>(<td>[^<]*<\/td>){5}<td>eyes<\/td><\/tr>/);
  });

  test('holds which models judged its sources while it lasted, with their digests, and no others', async (t) => {
    const { folder, database } = await keptFolder(t);
    const { startedAt: at } = incident();
    const [then, other] = ['a', 'b'].map((digit) => ({ id: 'eyes', sha256: digit.repeat(64) }));
    assert.ok(then && other);
    const long = 10 * 3_600_000;
    const uses = [
      { ...then, source: 'front', first_used: at - long, last_used: at + 1000 },
      { ...other, source: 'front', first_used: at + long, last_used: at + 2 * long },
      { ...other, source: 'elsewhere', first_used: at - long, last_used: at + long },
    ];
    for (const { source, ...model } of uses) {
      const row = { ...model, kind: 'objects' };
      await database.query
        .insertInto('models')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await database.query
        .insertInto('model_sources')
        .values({ ...model, site: 'home', source })
        .execute();
    }
    const file = join(temporaryFolder(t), 'bundle.zip');
    await exportBundle({ folder, file, ids: ['one'], now });
    assert.deepEqual((await verifyBundle(file)).first, []);
    const report = await textIn(file, 'report.html');
    assert.ok(report.includes(`<tr><td>eyes</td><td>front</td><td>${then.sha256}</td>`));
    assert.ok(!report.includes(other.sha256));
  });

  test('tells what could not be read', async (t) => {
    const { folder } = await keptFolder(t);
    const [gone = ''] = evidenceFiles(folder);
    rmSync(gone);
    const file = join(temporaryFolder(t), 'bundle.zip');
    const { missing } = await exportBundle({ folder, file, now });
    assert.equal(missing.length, 1);
    assert.deepEqual((await verifyBundle(file)).first, [{ where: missing[0], what: 'The file is missing.' }]);
  });

  test('that is none is refused by name', async (t) => {
    const file = join(temporaryFolder(t), 'no.zip');
    writeFileSync(file, 'no zip file');
    await assert.rejects(verifyBundle(file), { name: 'ES_ARCHIVE_INVALID' });
  });
});

async function textIn(file: string, name: string): Promise<string> {
  const { BundleFile } = await import('../../../src/evidence/trust/bundle-file.ts');
  const bundle = await BundleFile.open(file);
  try {
    return await bundle.text(name);
  } finally {
    bundle.close();
  }
}
