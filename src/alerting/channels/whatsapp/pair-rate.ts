/** WhatsApp: one message per 6 s to the same person, with bursts of up to 45 that borrow from later. */
const burst = 45;
const refillMs = 6_000;
/** The last tokens are kept for severity 3. */
const reserve = 10;

/**
 * Milliseconds until one more message may go to a person; 0 means now. The bucket is worked out from what the outbox
 * says was accepted, so that a restart does not refill it.
 * @param sentAt Times of the messages of the last hour, ascending.
 */
export function pairRateWait(sentAt: readonly number[], severity: number, now: number): number {
  let tokens = burst;
  let last = sentAt[0] ?? now;
  for (const at of sentAt) {
    tokens = Math.min(burst, tokens + (at - last) / refillMs) - 1;
    last = at;
  }
  tokens = Math.min(burst, tokens + (now - last) / refillMs);
  const needed = 1 + (severity >= 3 ? 0 : reserve);
  return tokens >= needed ? 0 : Math.ceil((needed - tokens) * refillMs);
}
