import type { Random } from '../contracts/ports.ts';

/**
 * How long to wait before the next try, in milliseconds: doubles from `minMs` with every attempt up to `maxMs`,
 * less a random part of at most `jitter` (0..1) of it, so that many cameras do not come back in step.
 * @param attempt 0 for the first wait.
 */
export function backoffDelay(
  attempt: number,
  limits: { minMs: number; maxMs: number; jitter: number },
  random: Random,
): number {
  const full = Math.min(limits.maxMs, limits.minMs * 2 ** attempt);
  return Math.round(full * (1 - limits.jitter * random()));
}
