import type { Confirmation } from '../../confirmation/confirmer.ts';

/** Windows that lie closer share more than three quarters of their sound. */
const closeSeconds = 0.36;

/**
 * Of so many windows that follow each other so many must reach the threshold; those of long ago do not count. What agrees has to
 * last as long at each hop: windows every 0.24 s are nearly the same sound, so that two of three would prove less.
 * @param hopSeconds From one window to the next.
 */
export function confirmationAt(hopSeconds: number): Extract<Confirmation, { n: number }> & { seconds: number } {
  return hopSeconds < closeSeconds ? { n: 3, of: 5, seconds: 3 } : { n: 2, of: 3, seconds: 3 };
}
