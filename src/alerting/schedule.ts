import type { Person } from './people.ts';

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
  person: Person;
  /** 0 for the first time that this person is told. */
  round: number;
  /** From now on. */
  inMs: number;
  unless: Unless | undefined;
}

export interface Plan {
  turns: Turn[];
  /** Whose quiet hours it is, and who is not told, since somebody else is. */
  skipped: Person[];
  /** It is quiet for everybody: the turns are theirs all the same, and wait for the end of it. */
  isQuiet: boolean;
}

/**
 * Who is told when. Whoever wants quiet at their turn is passed over, unless everybody does.
 * @param isQuiet whether somebody wants quiet, so many milliseconds from now on
 */
export function planOf(
  people: readonly Person[],
  schedule: AlertSchedule,
  isQuiet: (person: Person, inMs: number) => boolean = () => false,
): Plan {
  const turns = turnsOf(people, schedule, isQuiet);
  if (turns.length === 0) {
    // Once is enough of what will be told together.
    const later = turnsOf(people, { ...schedule, rounds: 1 }, () => false);
    return { turns: later, skipped: [], isQuiet: people.length > 0 };
  }
  const told = new Set(turns.map(({ person }) => person));
  return { turns, skipped: people.filter((person) => !told.has(person)), isQuiet: false };
}

function turnsOf(
  people: readonly Person[],
  schedule: AlertSchedule,
  isQuiet: (person: Person, inMs: number) => boolean,
): Turn[] {
  const { unless, nextPersonMs } = schedule;
  const waitMs = unless === undefined ? 0 : schedule.waitMs;
  const rounds = nextPersonMs === 0 ? 1 : schedule.rounds;
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const person of people) {
      const inMs = waitMs + turns.length * nextPersonMs;
      if (isQuiet(person, inMs)) continue;
      const isFirst = nextPersonMs === 0 || turns.length === 0;
      turns.push({ person, round, inMs, unless: isFirst ? unless : 'acknowledged' });
    }
  }
  return turns;
}
