import type { WallTime } from '../../clock/zone-time.ts';
import type { LastingStates } from '../lasting-states.ts';
import type { Look, Sighting } from '../look.ts';
import type { Match } from '../matching.ts';
import type { TimeLine } from '../time-line.ts';
import { factLimit, type ExpressionFacts, type SignalFact } from './expression-facts.ts';

/** What is known around a match. */
export interface KnownAround {
  area: string;
  mode: string;
  wall: WallTime;
  timeLine: TimeLine;
  states: LastingStates;
  incident: { severity: number; reason: string; startedAt: number } | undefined;
}

/** What the expression of a rule is asked over, at the last moment of what meets the rule. */
export function factsAround(match: Match, windowMs: number, known: KnownAround): ExpressionFacts {
  const { rule, showings, severity } = match;
  const { area, mode, wall, timeLine, states, incident } = known;
  const times = showings.map(({ signal }) => signal.capturedAt);
  const [first, at] = [Math.min(...times), Math.max(...times)];
  const met = showings.flatMap(({ look, signal }): SignalFact[] => {
    const sighting = look?.sightings.get(signal.label);
    return look === undefined || sighting === undefined ? [] : [factOf(look, sighting, at)];
  });
  const signals = timeLine.within(at - windowMs, first + windowMs).flatMap((look) => {
    // A cue is known by several names.
    const shown = new Set(look.sightings.values());
    return [...shown].map((sighting) => factOf(look, sighting, at));
  });
  return {
    ...{ area, mode, rule: { id: rule.id, label: rule.label ?? '', severity } },
    time: { at, day: wall.day, hour: Math.floor(wall.minute / 60), minute: wall.minute % 60 },
    ...{ met, signals: signals.slice(-factLimit) },
    states: states.all.map(({ since, ...state }) => ({ ...state, seconds: (at - since) / 1000 })),
    ...(incident === undefined ? {} : { incident: incidentFact(incident, at) }),
  };
}

function factOf({ kind, source, capturedAt }: Look, sighting: Sighting, at: number): SignalFact {
  const { label, score, objects, dbfs, features } = sighting;
  const secondsAgo = (at - capturedAt) / 1000;
  return {
    ...{ kind, label, source, score, at: capturedAt, secondsAgo },
    ...(objects === undefined ? {} : objectFacts(objects, capturedAt)),
    ...(dbfs === undefined ? {} : { dbfs }),
    ...(features === undefined ? {} : { features }),
  };
}

function objectFacts(objects: NonNullable<Sighting['objects']>, capturedAt: number): Partial<SignalFact> {
  const [best] = objects;
  const { zones, moving, speed, since } = best ?? {};
  return {
    count: objects.length,
    ...(zones === undefined ? {} : { zones }),
    ...(moving === undefined ? {} : { moving }),
    ...(speed === undefined ? {} : { speed }),
    ...(since === undefined ? {} : { seconds: (capturedAt - since) / 1000 }),
  };
}

function incidentFact(
  { severity, reason, startedAt }: NonNullable<KnownAround['incident']>,
  at: number,
): NonNullable<ExpressionFacts['incident']> {
  return { severity, reason, seconds: (at - startedAt) / 1000 };
}
