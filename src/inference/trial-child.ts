import { setPriority } from 'node:os';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../process/package-files.ts';
import type { Opening } from './open-models.ts';
import { packError, type PackedError } from './worker-messages.ts';
import type { WorkerService } from './worker-port.ts';

/** What a trial may cost. */
export interface TrialLimits {
  /** Resident memory of the whole process, in bytes. */
  memory: number;
  ms: number;
}

/** What the child is told on its standard input. */
export interface TrialOrder {
  opening: Opening;
  limits: TrialLimits;
}

/** The last line that the child writes. */
export type TrialVerdict = { works: true } | { error: PackedError } | { over: keyof TrialLimits };

/**
 * Opens a model, which runs it once, and writes the verdict. A model that runs for ever or takes all memory holds this
 * thread in native code, so another one watches and ends the process.
 */
export async function tryModel(open: (opening: Opening) => Promise<WorkerService<unknown, unknown>>): Promise<void> {
  const { opening, limits } = JSON.parse(await text(process.stdin)) as TrialOrder;
  stepBack();
  const watch = new Worker(workerFile('trial-watch'), { workerData: limits, execArgv: [] });
  await new Promise((resolve) => watch.once('online', resolve));
  watch.unref();
  try {
    const service = await open(opening);
    await service.release();
    say({ works: true });
  } catch (error) {
    say({ error: packError(error, 'ES_MODEL_INVALID') });
  }
}

/** Cameras go before; and if the machine runs out of memory, this process is the one to give it back. */
function stepBack(): void {
  for (const step of [
    () => {
      setPriority(10);
    },
    () => {
      writeFileSync('/proc/self/oom_score_adj', '1000');
    },
  ]) {
    try {
      step();
    } catch {
      // Not every system knows this.
    }
  }
}

function say(verdict: TrialVerdict): void {
  process.stdout.write(`\n${JSON.stringify(verdict)}\n`);
}
