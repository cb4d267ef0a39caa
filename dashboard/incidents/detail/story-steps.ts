import type { IncidentSummary, SummaryEvidence, SummarySignal } from '../../../src/contracts/api.ts';
import { iconOf, spanOf } from './course-picture.ts';

/** Where an incident was for a while, and who showed it there. */
export interface StoryStep {
  key: string;
  /** The area; else the source. */
  title: string;
  /** When the first of it was seen or heard, in epoch ms. */
  at: number;
  sources: { name: string; icon: string; labels: string[]; picture: SummaryEvidence | undefined }[];
}

const mostSteps = 9;
const mostLabels = 3;

/**
 * The way of an incident through the house, by the times of what was seen and heard: from area to area where there are several,
 * there and back as well; else from source to source, each of them once.
 * @param areaOf the area of a source; empty where it is not known
 */
export function storySteps(incident: IncidentSummary, areaOf: (source: string) => string): StoryStep[] {
  const sorted = [...incident.signals].sort((one, other) => spanOf(one).from - spanOf(other).from);
  const areas = new Set(sorted.map(({ source }) => areaOf(source)).filter((area) => area !== ''));
  const legs = areas.size > 1 ? runs(sorted, areaOf) : firsts(sorted);
  return legs.slice(0, mostSteps).map(({ place, signals }, n) => ({
    ...{ key: `${n}`, title: place, at: signals[0] === undefined ? incident.startedAt : spanOf(signals[0]).from },
    sources: sourcesOf(incident, signals),
  }));
}

interface Leg {
  place: string;
  signals: SummarySignal[];
}

/** What follows one another in one area together; what nobody knows the area of is told where the story is just then. */
function runs(signals: readonly SummarySignal[], areaOf: (source: string) => string): Leg[] {
  const legs: Leg[] = [];
  let early: SummarySignal[] = [];
  for (const signal of signals) {
    const place = areaOf(signal.source);
    const leg = legs[legs.length - 1];
    if (leg !== undefined && (place === '' || place === leg.place)) leg.signals.push(signal);
    else if (place === '') early.push(signal);
    else {
      legs.push({ place, signals: [...early, signal] });
      early = [];
    }
  }
  return legs;
}

/** All of a source together, where its first one stands. */
function firsts(signals: readonly SummarySignal[]): Leg[] {
  return [...new Set(signals.map(({ source }) => source))].map((place) => ({
    place,
    signals: signals.filter(({ source }) => source === place),
  }));
}

function sourcesOf(incident: IncidentSummary, signals: readonly SummarySignal[]): StoryStep['sources'] {
  return [...new Set(signals.map(({ source }) => source))].map((name) => {
    const own = signals.filter(({ source }) => source === name);
    return {
      name,
      icon: iconOf(incident.signals.filter(({ source }) => source === name)),
      labels: [...new Set(own.map(({ label }) => label.replaceAll('_', ' ')))].slice(0, mostLabels),
      picture: pictureOf(incident, name, own[0]?.capturedAt ?? incident.startedAt),
    };
  });
}

/** The picture of a source that was taken next to a moment; a small one where there is one. */
function pictureOf({ evidence }: IncidentSummary, source: string, at: number): SummaryEvidence | undefined {
  const own = evidence.filter((item) => item.source === source && item.missing !== true);
  const small = own.filter(({ type }) => type === 'thumbnail');
  const pictures = small.length > 0 ? small : own.filter(({ type }) => type === 'snapshot');
  return [...pictures].sort((one, other) => Math.abs(one.capturedAt - at) - Math.abs(other.capturedAt - at))[0];
}
