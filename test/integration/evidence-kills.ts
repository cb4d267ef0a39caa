import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../src/database/database.ts';
import { EvidenceStore } from '../../src/evidence/evidence-store.ts';
import { sealNow } from '../../src/evidence/trust/export-bundle.ts';
import { signingKey } from '../../src/evidence/trust/signing-key.ts';
import { verifyFolder } from '../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { RecordingLog } from '../unit/recording-log.ts';

/** What kills left, all rounds together; ids of some of what is wrong are in `first`. */
export interface KillResult {
  kills: number;
  /** Acknowledged by the writer. */
  incidents: number;
  /** Acknowledged, and gone after the kill. */
  lost: number;
  /** Incidents without all of their signals or files, or still open after the next start. */
  torn_rows: number;
  /** Files that are not what their row says. */
  torn_files: number;
  /** Files without a row, or half written, that the next start left there. */
  orphans: number;
  chain: 'verified' | 'broken';
  /** Lines of the log that are no note of what was tidied up. */
  complaints: number;
  first: string[];
}

export interface KillOrder {
  folder: string;
  kills: number;
  /** 0 to 1: how long the writer writes before each kill. */
  random: () => number;
  onKill?: (kill: number) => void;
}

/** Kills a process that writes incidents, again and again, and looks at what it left. */
export async function killTheWriter({ folder, kills, random, onKill }: KillOrder): Promise<KillResult> {
  const result: KillResult = {
    ...{ kills, incidents: 0, lost: 0, torn_rows: 0, torn_files: 0, orphans: 0, chain: 'verified', complaints: 0 },
    first: [],
  };
  const acknowledged: string[] = [];
  for (let round = 0; round < kills; round += 1) {
    const afterMs = Math.floor(random() * 120);
    acknowledged.push(...(await writeAndKill(folder, `round-${round}`, afterMs)));
    const found = await lookAfter(folder, acknowledged, round % 4 === 3);
    for (const [what, ids] of Object.entries(found)) {
      result.first.push(...ids.slice(0, 5).map((id) => `${what} ${id}, killed after ${afterMs} ms`));
    }
    result.lost += found.lost.length;
    result.torn_rows += found.tornRows.length;
    result.torn_files += found.tornFiles.length;
    result.orphans += found.orphans.length;
    result.complaints += found.complaints.length;
    if (found.unproven.length > 0) result.chain = 'broken';
    onKill?.(round + 1);
  }
  return { ...result, incidents: acknowledged.length, first: result.first.slice(0, 20) };
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
  if (signal !== 'SIGKILL') throw new Error('The writer ended by itself.');
  return printed.split('\n').slice(0, -1);
}

/** Starts on what a kill left, an hour later, and says what is wrong with it. */
async function lookAfter(folder: string, acknowledged: readonly string[], seal: boolean) {
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const clock = new ManualClock(Date.now() + 3_600_000);
  try {
    const metrics = { count: () => undefined, observe: () => undefined };
    const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
    const rows = await database.query.selectFrom('incidents').select(['id', 'ended_at']).execute();
    const ids = new Set(rows.map(({ id }) => id));
    const tornRows: string[] = [];
    const tornFiles: string[] = [];
    for (const id of ids) {
      const incident = await store.incident(id);
      const evidence = incident?.evidence ?? [];
      if (incident?.signals.length !== 3 || evidence.length !== 1 || incident.phase !== 'end') tornRows.push(id);
      for (const item of evidence) if (!(await isWhole(store, item.id))) tornFiles.push(item.id);
    }
    const kept = await database.query.selectFrom('media').select('file').execute();
    const orphans = await orphansIn(folder, new Set(kept.map(({ file }) => file)));
    await database.close();
    if (seal) sealNow(folder, signingKey(folder), clock.now());
    return {
      ...{ tornRows, tornFiles, orphans },
      lost: acknowledged.filter((id) => !ids.has(id)),
      unproven: (await verifyFolder(folder)).first.map(({ where, what }) => `${where}: ${what}`),
      complaints: log.lines.filter((line) => !line.startsWith('warn: Removed')),
    };
  } finally {
    await database.close();
  }
}

async function isWhole(store: EvidenceStore, id: string): Promise<boolean> {
  const found = await store.find(id);
  if (found === undefined) return false;
  const bytes = readFileSync(found.file);
  return bytes.length === found.item.bytes && createHash('sha256').update(bytes).digest('hex') === found.item.sha256;
}

/** The sweep goes on beside the start: what is left after some seconds stays. */
async function orphansIn(folder: string, kept: ReadonlySet<string>): Promise<string[]> {
  const day = 'evidence/2026-11-21';
  const left = (): string[] => [
    ...readdirSync(join(folder, day)).filter((name) => !kept.has(`${day}/${name}`)),
    ...readdirSync(join(folder, 'evidence', '.incoming')),
  ];
  for (let tries = 0; left().length > 0 && tries < 500; tries += 1) await pause(10);
  return left();
}
