/**
 * Judges mutations in a process of its own, which they may end: `fuzz-run.ts KIND SEED FROM COUNT JOURNAL`. Writes what it
 * is about to do to the journal, so that whoever watches knows what it died or hung of, and one JSON line at the end. To see one
 * again: the same with COUNT 1.
 */
import { openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { oracles, type MutationKind } from './oracles.ts';

/** What a run tells. */
export interface FuzzTally {
  done: number;
  accepted: number;
  refused: number;
  /** What was neither: number of the mutation, what was done, and what came of it. */
  findings: string[];
  slowestMs: number;
  slowest: string;
  /** Resident memory after the first mutations, the highest, and that at the end. */
  rss: { warm: number; highest: number; end: number };
}

/** Caches and pools have their size by then. */
const warmUp = 300;
const mostFindings = 20;

const [kind, seed, from, count, journal] = process.argv.slice(2) as [
  MutationKind,
  string,
  string,
  string,
  string | undefined,
];
const oracle = oracles[kind];
const file = journal === undefined ? undefined : openSync(journal, 'w');
const rss = () => Math.round(process.memoryUsage.rss() / 1e6);
const tally: FuzzTally = {
  ...{ done: 0, accepted: 0, refused: 0, findings: [], slowestMs: 0, slowest: '' },
  rss: { warm: rss(), highest: rss(), end: 0 },
};

for (let index = Number(from); index < Number(from) + Number(count); index++) {
  if (file !== undefined) writeSync(file, String(index).padEnd(12), 0);
  const began = performance.now();
  try {
    tally[await oracle.judge(Number(seed), index)] += 1;
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (tally.findings.length < mostFindings)
      tally.findings.push(`${index}: ${oracle.tell(Number(seed), index)}: ${why}`);
  }
  const took = performance.now() - began;
  if (took > tally.slowestMs)
    [tally.slowestMs, tally.slowest] = [took, `${index}: ${oracle.tell(Number(seed), index)}`];
  tally.done += 1;
  tally.rss.highest = Math.max(tally.rss.highest, rss());
  if (tally.done === warmUp) tally.rss.warm = rss();
}
globalThis.gc?.();
tally.rss.end = rss();
console.log(JSON.stringify(tally));
