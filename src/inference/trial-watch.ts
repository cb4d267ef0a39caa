import { writeSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { workerData } from 'node:worker_threads';
import type { TrialLimits, TrialVerdict } from './trial-child.ts';

/** Memory grows by a few gigabytes a second at most. */
const lookEveryMs = 20;

/** Entry of the thread that watches over the trial of a model: ends the process when it costs too much, or its parent is gone. */
const limits = workerData as TrialLimits;
const began = performance.now();
const parent = process.ppid;

setInterval(() => {
  const over =
    process.memoryUsage.rss() > limits.memory ? 'memory' : performance.now() - began > limits.ms ? 'ms' : undefined;
  const isOrphan = process.ppid !== parent;
  if (over === undefined && !isOrphan) return;
  // The streams of a thread end in the main thread, which hangs.
  if (over !== undefined) writeSync(1, `\n${JSON.stringify({ over } satisfies TrialVerdict)}\n`);
  process.kill(process.pid, 'SIGKILL');
}, lookEveryMs);
