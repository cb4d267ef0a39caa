/** What makes a message that waits for its turn needless; an acknowledgement always does. */
export type Unless = 'accepted' | 'delivered' | 'acknowledged';

/** When the people of an account are told of an incident. */
export interface AlertSchedule {
  /** Undefined: at once, whatever other channels do. */
  unless?: Unless | undefined;
  /** How long `unless` is waited for. */
  waitMs: number;
  /** From one person to the next, until somebody acknowledges; 0: all at the same time. */
  nextPersonMs: number;
  /** How often all are told while nobody acknowledges; counts with `nextPersonMs` alone. */
  rounds: number;
}

export const atOnce: AlertSchedule = { waitMs: 0, nextPersonMs: 0, rounds: 1 };

/** One message to one person. */
export interface Turn {
  recipient: string;
  /** 0 for the first time that this person is told. */
  round: number;
  /** From now on. */
  inMs: number;
  unless: Unless | undefined;
}

/** Who is told when. */
export function turnsOf(recipients: readonly string[], schedule: AlertSchedule): Turn[] {
  const { unless, nextPersonMs } = schedule;
  const waitMs = unless === undefined ? 0 : schedule.waitMs;
  if (nextPersonMs === 0) return recipients.map((recipient) => ({ recipient, round: 0, inMs: waitMs, unless }));
  const rounds = Array.from({ length: schedule.rounds }, (_, round) => round);
  const turns = rounds.flatMap((round) => recipients.map((recipient) => ({ recipient, round })));
  return turns.map((turn, index) => ({
    ...turn,
    inMs: waitMs + index * nextPersonMs,
    unless: index === 0 ? unless : 'acknowledged',
  }));
}
