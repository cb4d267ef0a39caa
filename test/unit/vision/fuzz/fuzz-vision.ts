import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzTally } from './fuzz-run.ts';
import { oracles, type MutationKind } from './oracles.ts';

export interface FuzzOptions {
  seed: number;
  /** How many of each kind. */
  counts: Partial<Record<MutationKind, number>>;
  /** A single mutation that takes longer hangs. */
  hangMs: number;
  /** So many in one process; then a new one goes on. */
  perProcess?: number;
  onProgress?: (kind: MutationKind, done: number) => void;
}

export interface FuzzResult {
  accepted: number;
  refused: number;
  /** Errors without a name of ours, and results that cannot be. */
  findings: string[];
  /** Mutations that ended the process or hung. */
  crashes: string[];
  slowestMs: number;
  slowest: string;
  /** By how much a process grew from its first mutations to its end, and how large one ever was: MB. */
  growth: number;
  highest: number;
}

/**
 * Judges mutations of every kind in processes that are watched, the kinds side by side: one that dies or hangs is a
 * finding, and another goes on.
 */
export async function fuzzVision({ counts, ...options }: FuzzOptions): Promise<Map<MutationKind, FuzzResult>> {
  const kinds = Object.entries(counts) as [MutationKind, number][];
  return new Map(
    await Promise.all(
      kinds.map(async ([kind, count]) => [kind, await fuzzKind(kind, count, options)] as [MutationKind, FuzzResult]),
    ),
  );
}

async function fuzzKind(
  kind: MutationKind,
  count: number,
  { seed, hangMs, perProcess = 10_000, onProgress }: Omit<FuzzOptions, 'counts'>,
): Promise<FuzzResult> {
  const result: FuzzResult = {
    ...{ accepted: 0, refused: 0, findings: [], crashes: [], slowestMs: 0, slowest: '', growth: 0, highest: 0 },
  };
  for (let from = 0; from < count;) {
    const wanted = Math.min(perProcess, count - from);
    const { tally, last, how } = await watched(kind, seed, from, wanted, hangMs);
    if (tally !== undefined) add(result, tally);
    else result.crashes.push(`${kind} ${seed} ${last}: ${how}: ${oracles[kind].tell(seed, last)}`);
    // What the lost process had counted is lost with it.
    from = tally === undefined ? last + 1 : from + wanted;
    onProgress?.(kind, from);
  }
  return result;
}

function add(result: FuzzResult, { accepted, refused, findings, slowestMs, slowest, rss }: FuzzTally): void {
  result.accepted += accepted;
  result.refused += refused;
  result.findings.push(...findings);
  if (slowestMs > result.slowestMs) [result.slowestMs, result.slowest] = [slowestMs, slowest];
  result.growth = Math.max(result.growth, rss.end - rss.warm);
  result.highest = Math.max(result.highest, rss.highest);
}

/** One process; `last`: the mutation that it was about when it ended. */
async function watched(kind: MutationKind, seed: number, from: number, count: number, hangMs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-journal-'));
  const journal = join(folder, 'journal');
  const program = resolve(import.meta.dirname, 'fuzz-run.ts');
  const args = ['--expose-gc', program, kind, ...[seed, from, count].map(String), journal];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new AbortController();
  child.once('exit', () => {
    ended.abort();
  });
  let how: string | undefined;
  const watch = async (): Promise<void> => {
    for (let before = ''; ;) {
      await sleep(hangMs, undefined, { signal: ended.signal });
      const now = textOf(journal);
      if (now === before && now !== '') break;
      before = now;
    }
    how = `hung for ${hangMs} ms`;
    child.kill('SIGKILL');
  };
  const watching = watch().catch(() => undefined);
  const said = await text(child.stdout);
  await watching;
  const last = Number(textOf(journal) || from);
  rmSync(folder, { recursive: true });
  const tally = child.exitCode === 0 ? (JSON.parse(said) as FuzzTally) : undefined;
  return { tally, last, how: how ?? child.signalCode ?? `exit ${child.exitCode}` };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
