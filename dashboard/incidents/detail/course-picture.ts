import type { IncidentSummary, ReviewRecord, SummarySignal } from '../../../src/contracts/api.ts';
import type { IncidentCourse, ToldAlert } from '../../../src/contracts/course.ts';

/** A signal in the picture, or several of one kind that are too close to be told apart. */
export interface SignalMark {
  key: string;
  /** The best moment, from left to right, 0 to 1. */
  x: number;
  /** From when to when all of them were there; the same place where only the moment is known. */
  from: number;
  to: number;
  /** The best of them. */
  signal: SummarySignal;
  /** How many others it stands for. */
  more: number;
  /** Whether the rule stands on it. */
  isGround: boolean;
}

/** Everything of one camera, microphone or sensor; what comes after the eighth of them is together in the last lane. */
export interface Lane {
  key: string;
  /** Empty: several others. */
  source: string;
  icon: string;
  marks: SignalMark[];
}

/** Something that is told of the whole incident. */
export type Milestone = { key: string; x: number; /** Row below the lanes, from 0. */ level: number; at: number } & (
  { kind: 'start' | 'peak' | 'end' } | { kind: 'alert'; alert: ToldAlert } | { kind: 'review'; review: ReviewRecord }
);

/** What happened, laid out from left to right. Nothing of it grows with the number of signals beyond a bound. */
export interface CoursePicture {
  lanes: Lane[];
  milestones: Milestone[];
  levels: number;
  ticks: { at: number; x: number }[];
  startX: number;
  endX: number;
  /** Where time is cut: what is right of it came later, in its order. 1: nothing did. */
  cutX: number;
  /** A moment as a place; undefined outside of what is shown to scale. */
  place: (at: number) => number | undefined;
}

const mostLanes = 8;
const mostMarks = 400;
/** Marks of one kind and lane, at most; as many as are not too many. */
const binCounts = [90, 45, 20, 8];
const mostMilestones = 24;
const mostLevels = 4;
/** Two milestones of one row are so far apart at least. */
const milestoneWidth = 0.075;
const tickSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800];
const mostTicks = 4;

/** What was so long before, such as a camera that was away, is cut off at the left: the rest would be too small. */
const mostBeforeMs = 30_000;

/**
 * @param course what was done about it, once that is known
 * @param picked the rule whose signals are pointed out, by its place in the list
 */
export function coursePicture(
  incident: IncidentSummary,
  course: IncidentCourse | undefined,
  picked = 0,
): CoursePicture {
  const { signals, startedAt } = incident;
  const lasting = incident.endedAt ?? incident.updatedAt;
  const earliest = signals.reduce((first, { capturedAt }) => Math.min(first, capturedAt), startedAt);
  const to = signals.reduce((last, signal) => Math.max(last, spanOf(signal).to), lasting);
  const begin = signals.reduce((first, signal) => Math.min(first, spanOf(signal).from), earliest);
  const from = Math.max(begin, earliest - Math.max(mostBeforeMs, to - earliest));
  const pad = Math.max(1000, (to - from) * 0.05);
  const [first, last] = [from - pad, to + pad];
  const told = milestonesOf(incident, course);
  const later = told.filter(({ at }) => at > last);
  const cutX = later.length === 0 ? 1 : 0.8;
  const x = (at: number): number => ((at - first) / (last - first)) * cutX;
  const placed = [
    ...told.filter(({ at }) => at <= last).map((one) => ({ ...one, x: Math.max(0, x(one.at)) })),
    ...later.map((one, n) => ({ ...one, x: cutX + ((n + 1) / (later.length + 1)) * (1 - cutX) })),
  ];
  const milestones = inLevels(placed);
  return {
    lanes: lanesOf(incident, (at) => Math.max(0, x(at) / cutX), { width: cutX, picked }),
    milestones,
    levels: Math.max(0, ...milestones.map(({ level }) => level + 1)),
    ticks: ticksOf(first, last).map((at) => ({ at, x: x(at) })),
    ...{ startX: x(startedAt), endX: x(lasting), cutX },
    place: (at) => (at < first || at > last ? undefined : x(at)),
  };
}

/** Distributive over the kinds. */
type Unplaced<T> = T extends unknown ? Omit<T, 'x' | 'level'> : never;

function milestonesOf(incident: IncidentSummary, course: IncidentCourse | undefined): Unplaced<Milestone>[] {
  const { startedAt, endedAt } = incident;
  const grounds = groundsOf(incident);
  const peak = [...grounds].sort((one, other) => other.score - one.score)[0];
  const all: Unplaced<Milestone>[] = [
    { key: 'start', kind: 'start', at: startedAt },
    ...(peak === undefined ? [] : [{ key: 'peak', kind: 'peak' as const, at: peak.capturedAt }]),
    ...(endedAt === undefined ? [] : [{ key: 'end', kind: 'end' as const, at: endedAt }]),
    ...(course?.alerts ?? []).map((alert, n) => ({ key: `alert ${n}`, kind: 'alert' as const, at: alert.at, alert })),
    ...(course?.reviews ?? []).map((review) => ({ key: review.id, kind: 'review' as const, at: review.at, review })),
  ];
  return all.sort((one, other) => one.at - other.at).slice(0, mostMilestones);
}

/** In as few rows as they need not to cover each other. */
function inLevels(milestones: readonly (Unplaced<Milestone> & { x: number })[]): Milestone[] {
  const ends: number[] = [];
  return milestones.map((one) => {
    const free = Array.from({ length: mostLevels }, (_, level) => level).find(
      (level) => (ends[level] ?? -1) + milestoneWidth <= one.x,
    );
    const level = free ?? mostLevels - 1;
    ends[level] = one.x;
    return { ...one, level };
  });
}

/**
 * The signals on which a rule stands, by its place in the list; the first one is that of the incident. Incidents of before have
 * no list: their rule stands on what its sentences name, else on what its name says.
 */
export function groundsOf({ signals, reason, explanation, rules }: IncidentSummary, picked = 0): SummarySignal[] {
  const rule = rules?.[picked] ?? rules?.[0];
  if (rule !== undefined) {
    const keys = new Set(rule.signals.map(nameOf));
    return signals.filter((signal) => keys.has(nameOf(signal)));
  }
  const lines = explanation.filter((line) => !/^(Also|Before that) /.test(line)).map((line) => line.toLowerCase());
  const isTold = ({ label, source }: SummarySignal): boolean =>
    lines.some(
      (line) => line.includes(label.replaceAll('_', ' ').toLowerCase()) && line.includes(source.toLowerCase()),
    );
  const told = signals.filter(isTold);
  const known = new Set(told.map(({ label }) => label));
  const named = new Set(reason.split('+').filter((label) => !known.has(label)));
  return signals.filter((signal) => told.includes(signal) || named.has(signal.label));
}

function nameOf({ kind, label, source }: Pick<SummarySignal, 'kind' | 'label' | 'source'>): string {
  return JSON.stringify([kind, label, source]);
}

function lanesOf(
  incident: IncidentSummary,
  place: (at: number) => number,
  { width, picked }: { width: number; picked: number },
): Lane[] {
  const sorted = [...incident.signals].sort((one, other) => one.capturedAt - other.capturedAt);
  const sources = [...new Set(sorted.map(({ source }) => source))];
  const own = sources.length > mostLanes ? sources.slice(0, mostLanes - 1) : sources;
  const groups = [...own, ...(own.length < sources.length ? [''] : [])].map((source) => ({
    source,
    signals: sorted.filter((signal) => (source === '' ? !own.includes(signal.source) : signal.source === source)),
  }));
  const grounds = new Set(groundsOf(incident, picked));
  const marksIn = (bins: number): SignalMark[][] =>
    groups.map(({ source, signals }) => marksOf(signals, { bins, place, width, grounds, lane: source }));
  const fitting = binCounts.map((bins) => () => marksIn(bins));
  let marks: SignalMark[][] = [];
  for (const make of fitting) {
    marks = make();
    if (marks.reduce((sum, { length }) => sum + length, 0) <= mostMarks) break;
  }
  return groups.map(({ source, signals }, n) => ({
    ...{ key: `lane ${source}`, source, icon: iconOf(signals), marks: marks[n] ?? [] },
  }));
}

/** From when to when a signal was there, in epoch ms; rows of before know its best moment alone. */
export function spanOf({ firstAt, capturedAt, lastAt }: SummarySignal): { from: number; to: number } {
  return { from: Math.min(firstAt ?? capturedAt, capturedAt), to: Math.max(lastAt ?? capturedAt, capturedAt) };
}

/** The best signal of each kind and bin; one that the rule stands on goes before any other. */
function marksOf(
  signals: readonly SummarySignal[],
  {
    bins,
    place,
    width,
    grounds,
    lane,
  }: { bins: number; place: (at: number) => number; width: number; grounds: ReadonlySet<SummarySignal>; lane: string },
): SignalMark[] {
  const best = new Map<string, SignalMark>();
  for (const signal of signals) {
    const key = `${lane} ${signal.kind} ${Math.floor(place(signal.capturedAt) * bins)}`;
    const isGround = grounds.has(signal);
    const known = best.get(key);
    const span = spanOf(signal);
    const mark = {
      key,
      x: place(signal.capturedAt) * width,
      from: Math.min(known?.from ?? 1, place(span.from) * width),
      to: Math.max(known?.to ?? 0, place(span.to) * width),
      signal,
      isGround,
      more: known === undefined ? 0 : known.more + 1,
    };
    if (known === undefined || (isGround && !known.isGround)) best.set(key, mark);
    else if (isGround === known.isGround && signal.score > known.signal.score) best.set(key, mark);
    else Object.assign(known, { more: mark.more, from: mark.from, to: mark.to });
  }
  return [...best.values()];
}

const icons = {
  camera: 'mdi-cctv',
  microphone: 'mdi-microphone',
  sensor: 'mdi-access-point',
  stream: 'mdi-lan-disconnect',
} as const;

/** What a source is, by what it told. */
export function iconOf(signals: readonly SummarySignal[]): string {
  const kinds = new Set(signals.map(({ kind }) => kind));
  if (kinds.has('object')) return icons.camera;
  if (kinds.has('sound')) return icons.microphone;
  if (kinds.has('cue')) return icons.camera;
  return kinds.has('signal') ? icons.sensor : icons.stream;
}

function ticksOf(from: number, to: number): number[] {
  const span = (to - from) / 1000;
  const step = 1000 * (tickSteps.find((seconds) => span / seconds <= mostTicks) ?? span / mostTicks);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step);
}
