import { lonelyLine, neighboursIn, type Neighbours } from '../contracts/configs/neighbours.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { IncidentCourse } from './incident-course.ts';

/** An open incident that something of an area belongs to, and which of its areas lies next to that one, if it is new to it. */
export interface Story {
  course: IncidentCourse;
  via: string | undefined;
}

/** Which open incidents go on in neighbouring areas: who walks from the drive to the porch makes one story. */
export class Stories {
  readonly #neighbours: Neighbours;
  readonly #courses: () => Iterable<IncidentCourse>;

  /** @param courses Of what is seen and heard, one for each area. */
  constructor(neighbours: Neighbours, courses: () => Iterable<IncidentCourse>) {
    this.#neighbours = neighbours;
    this.#courses = courses;
  }

  /** The open incident that an area is part of already, its own apart, or that goes on next to it; the oldest of several. */
  around(area: string): Story | undefined {
    const beside = this.#neighbours.get(area);
    if (beside === undefined) return undefined;
    let found: (Story & { startedAt: number }) | undefined;
    for (const course of this.#courses()) {
      const { state } = course;
      if (state === undefined) continue;
      const isPart = state.areas.has(area);
      const via = isPart ? undefined : [...state.areas].find((name) => beside.has(name));
      if (!isPart && via === undefined) continue;
      const isCloser = found?.via !== undefined && isPart;
      const isOlder = isPart === (found?.via === undefined) && state.startedAt < (found?.startedAt ?? Infinity);
      if (found === undefined || isCloser || isOlder) found = { course, via, startedAt: state.startedAt };
    }
    return found;
  }
}

/** @throws SentinelError ES_BAD_CONFIG naming the line that names one area alone */
export function neighboursOf(setting: string): Neighbours {
  const line = lonelyLine(setting);
  if (line === undefined) return neighboursIn(setting);
  throw new SentinelError('ES_BAD_CONFIG', `Line ${line} of the neighbours names fewer than two areas.`, {
    hint: 'Write two areas or more in each line, parted by commas: drive, porch',
  });
}
