import { setTimeout as delay } from 'node:timers/promises';
import type { AlertOutcome, FollowedAlert } from '../../contracts/alert-outcomes.ts';
import type { Clock } from '../../contracts/ports.ts';

const lookMs = 250;
/** Several channels alert, each in its own time: while one more may come, all is not said. */
const quietMs = 1500;

/** What is looked at, and for how long. */
export interface FollowOptions {
  outcomes: () => Promise<AlertOutcome[]>;
  clock: Clock;
  /** At most. */
  waitMs: number;
  /** For tests. */
  pause?: (ms: number) => Promise<unknown>;
}

/**
 * Looks at what becomes of an alert until nothing of it is under way and nothing new has come for 1.5 s, or the wait is over. It only
 * looks: nothing is sent because of it.
 * @throws SentinelError ES_DATABASE
 */
export async function followAlert({ outcomes, clock, waitMs, pause = delay }: FollowOptions): Promise<FollowedAlert> {
  const begun = clock.monotonic();
  let [said, since] = ['', begun];
  for (;;) {
    const messages = await outcomes();
    const now = clock.monotonic();
    const says = JSON.stringify(messages);
    if (says !== said) [said, since] = [says, now];
    const isOver = messages.length > 0 && !messages.some((message) => isUnderWay(message, clock.now()));
    if (isOver && now - since >= quietMs) return { settled: true, messages };
    if (now - begun >= waitMs) return { settled: isOver, messages };
    await pause(lookMs);
  }
}

/** What has its time later is not. */
function isUnderWay({ state, startsAt = 0 }: AlertOutcome, now: number): boolean {
  return state === 'sending' || state === 'unknown' || (state === 'queued' && startsAt <= now);
}
