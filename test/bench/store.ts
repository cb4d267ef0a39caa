import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import type { Incident } from '../../src/contracts/messages.ts';
import { openDatabase } from '../../src/database/database.ts';
import { inspectDatabase } from '../../src/database/inspection.ts';
import { EvidenceStore } from '../../src/evidence/evidence-store.ts';
import type { ListRequest } from '../../src/evidence/incident-list.ts';
import { apartMs, areas, fillIncidents, firstBegin, labels } from './store-filling.ts';

const incidents = Number(process.env.STORE_INCIDENTS ?? 1_000_000);
const rounds = 400;
const signalsOfOne = 20;

/** Lists, writes and starts of a store that holds a million incidents, once its file was read as a whole, and beside that. */
export default async function store(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'echosight-store-'));
  try {
    await (await openStore(folder)).close();
    fillIncidents(join(folder, 'sentinel.db'), incidents);
    settle(join(folder, 'sentinel.db'));
    const begun = performance.now();
    const opened = await openStore(folder);
    await opened.store.list({ limit: 50 });
    const startup = performance.now() - begun;
    const besideCheck = { lists: await listTimes(opened.store), inserts: await insertTimes(opened.store, 0) };
    await checked(folder);
    const lists = await listTimes(opened.store);
    const inserts = await insertTimes(opened.store, rounds);
    await opened.close();
    return {
      incidents,
      sqlite: {
        list_p95_ms: p95(lists),
        insert_p95_ms: p95(inserts),
        startup_ms: Math.round(startup),
        file_mb: Math.round(bytesIn(folder) / 1e6),
      },
      beside_check: { list_p95_ms: p95(besideCheck.lists), insert_p95_ms: p95(besideCheck.inserts) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A site's history has been on its disk for long: the disk is not still writing it while things are measured. */
function settle(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** A large file is read as a whole beside its use after each start; one who begins to read it later is done later. */
async function checked(folder: string): Promise<void> {
  const { fault } = await inspectDatabase(folder, true, new AbortController().signal);
  if (fault !== undefined) throw new Error(fault);
}

async function openStore(folder: string) {
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const clock = new SiteClock(() => undefined);
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const metrics = { count: () => undefined, observe: () => undefined };
  const opened = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  const close = async (): Promise<void> => {
    await opened.list({ limit: 1 });
    await database.close();
  };
  return { store: opened, close };
}

/** Pages of 50 by three filters of all kinds, also those that find nothing, at the newest end and further down. */
async function listTimes(opened: EvidenceStore): Promise<number[]> {
  const random = seededRandom(7);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const times: number[] = [];
  const slowest = { ms: 0, filter: {} };
  for (let n = 0; n < rounds; n += 1) {
    const area = pick(areas);
    const choices: Partial<ListRequest>[] = [
      { area },
      { site: 'home' },
      { source: `${area}-${1 + Math.floor(random() * 4)}` },
      { label: pick(labels) },
      { minimumSeverity: 1 + Math.floor(random() * 3) },
      { review: pick(['pending', 'acknowledged', 'confirmed', 'false-positive'] as const) },
      { state: 'unreviewed' },
      { from: firstBegin + random() * incidents * apartMs },
      { to: firstBegin + random() * incidents * apartMs },
      { text: pick(['glass', 'noticed', 'gate scream', 'gunsh', 'smoke roof']) },
    ];
    const chosen = [0, 1, 2].map(() => choices.splice(Math.floor(random() * choices.length), 1)[0]);
    const filter = Object.assign({ limit: 50 }, ...chosen) as ListRequest;
    const begun = performance.now();
    await opened.list(filter);
    const ms = performance.now() - begun;
    times.push(ms);
    if (ms > slowest.ms) Object.assign(slowest, { ms, filter });
  }
  process.stderr.write(`slowest list: ${slowest.ms.toFixed(1)} ms, ${JSON.stringify(slowest.filter)}\n`);
  return times;
}

/** @param first how many were inserted before. */
async function insertTimes(opened: EvidenceStore, first: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const incident = newIncident(firstBegin + (incidents + first + n) * apartMs);
    const begun = performance.now();
    await opened.record(incident, {});
    times.push(performance.now() - begun);
  }
  return times;
}

function newIncident(at: number): Incident {
  return {
    v: 1,
    kind: 'incident',
    id: randomUUID(),
    phase: 'start',
    seq: 0,
    ...{ site: 'home', area: 'yard', source: 'yard-1', sources: ['yard-1'], severity: 2 },
    ...{ capturedAt: at, startedAt: at, updatedAt: at, label: 'Person', reason: 'person', confidence: 0.9 },
    explanation: ['A person was seen (0.90).'],
    signals: Array.from({ length: signalsOfOne }, (_, n) => ({
      kind: 'object' as const,
      ...{ label: `label-${n}`, source: 'yard-1', score: 0.9, threshold: 0.5, capturedAt: at, count: 1 },
    })),
  };
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function p95(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return Math.round((sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0) * 100) / 100;
}
