import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../src/database/database.ts';
import { EvidenceStore } from '../../src/evidence/evidence-store.ts';
import { sealNow } from '../../src/evidence/trust/export-bundle.ts';
import { signingKey } from '../../src/evidence/trust/signing-key.ts';
import { verifyFolder } from '../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

/** More of them with EVIDENCE_KILLS, such as 200 on a night. */
const kills = Number(process.env.EVIDENCE_KILLS ?? 15);

/** Seeded numbers in 0..1 (mulberry32), so that a failing moment can be tried again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the writer and kills it `afterMs` after its first acknowledgement. @returns the acknowledged ids. */
async function writeAndKill(folder: string, prefix: string, afterMs: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'evidence-writer.ts');
  const child = spawn(process.execPath, [program, folder, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  let printed = '';
  child.stdout.on('data', (text: string) => (printed += text));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(afterMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', 'the writer must not end by itself');
  return printed.split('\n').slice(0, -1);
}

test('kill -9 in the middle of writing loses nothing that was acknowledged and tears nothing', async (t) => {
  const folder = temporaryFolder(t);
  const random = seeded(20_261_121);
  const acknowledged: string[] = [];
  for (let round = 0; round < kills; round += 1) {
    const afterMs = Math.floor(random() * 120);
    acknowledged.push(...(await writeAndKill(folder, `round-${round}`, afterMs)));

    const log = new RecordingLog();
    const database = await openDatabase(join(folder, 'sentinel.db'), { log });
    t.after(() => database.close());
    const clock = new ManualClock(Date.now() + 3_600_000);
    const metrics = { count: () => undefined, observe: () => undefined };
    const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
    const stored = await database.query.selectFrom('incidents').select('id').execute();
    const ids = new Set(stored.map((row) => row.id));
    for (const id of acknowledged)
      assert.ok(ids.has(id), `${id} was acknowledged and is gone (killed after ${afterMs} ms)`);
    for (const id of ids) {
      const incident = await store.incident(id);
      assert.equal(incident?.signals.length, 3, `${id} lost signals (killed after ${afterMs} ms)`);
      assert.equal(incident.evidence?.length, 1, `${id} lost its evidence (killed after ${afterMs} ms)`);
      const found = await store.find(incident.evidence[0]?.id ?? '');
      const bytes = readFileSync(found?.file ?? '');
      assert.equal(createHash('sha256').update(bytes).digest('hex'), found?.item.sha256, `${id} has a torn file`);
    }
    const day = join(folder, 'evidence', '2026-11-21');
    const kept = await database.query.selectFrom('media').select('file').execute();
    for (let tries = 0; readdirSync(day).length > kept.length && tries < 500; tries += 1) await pause(10);
    assert.equal(readdirSync(day).length, kept.length, 'files that a kill left without a row are removed');
    const open = await database.query.selectFrom('incidents').select('id').where('ended_at', 'is', null).execute();
    assert.deepEqual(open, [], 'incidents that a kill left open are ended');
    await database.close();
    if (round % 4 === 3) sealNow(folder, signingKey(folder), clock.now());
    const proof = await verifyFolder(folder);
    assert.deepEqual(proof.first, [], `the chain does not hold (killed after ${afterMs} ms)`);
    assert.equal(proof.files, kept.length);
    for (const name of readdirSync(day))
      assert.equal(statSync(join(day, name)).size, 30_000, 'a final name means all bytes');
    assert.deepEqual(readdirSync(join(folder, 'evidence', '.incoming')), [], 'half written files are removed');
    assert.ok(
      log.lines.every((line) => line.startsWith('warn: Removed')),
      log.lines.join('\n'),
    );
  }
  assert.ok(acknowledged.length >= kills, 'every round acknowledged something');
  t.diagnostic(`${acknowledged.length} acknowledged incidents survived ${kills} kills`);
});
