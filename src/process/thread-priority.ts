import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const behindTheRest = 10;

/**
 * Puts the calling worker thread behind everything else on the machine, as far as the system knows priorities of threads:
 * Linux does. Elsewhere nothing happens.
 */
export function stepBackThread(): void {
  if (isMainThread) return;
  try {
    // "<pid>/task/<tid>": to the scheduler a thread is a process of its own.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isInteger(thread) && thread > 0) setPriority(thread, behindTheRest);
  } catch {
    // Not every system knows this.
  }
}
