import type { SummarySignal } from '../../../src/contracts/api.ts';
import type { Milestone, SignalMark } from './course-picture.ts';

type Kind = SummarySignal['kind'];

/** The ground of a lane and the height of its best score, in pixels from its top. */
const [ground, tallest] = [34, 23];

/** Shapes that differ, for who cannot tell the colours; around their middle. */
const shapes: Readonly<Record<Kind, string>> = {
  object: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z',
  sound: 'M0 -6.5L6.5 0L0 6.5L-6.5 0z',
  cue: 'M0 -6.5L6.5 5L-6.5 5z',
  stream: 'M-4.5 -4.5h9v9h-9z',
  signal: 'M0 -6.5L6 -2L3.8 5.2L-3.8 5.2L-6 -2z',
};

export const kindShape = (kind: Kind): string => shapes[kind];
export const markShape = ({ signal }: SignalMark): string => shapes[signal.kind];
export const markHeight = ({ signal: { score } }: SignalMark): number =>
  Math.round(ground - tallest * Math.min(1, Math.max(0, score)));

const icons: Readonly<Record<Milestone['kind'], string>> = {
  start: 'mdi-flag-outline',
  peak: 'mdi-arrow-up-bold',
  end: 'mdi-flag-checkered',
  alert: 'mdi-bell-ring-outline',
  review: 'mdi-account-check-outline',
};

export const milestoneIcon = ({ kind }: Milestone): string => icons[kind];
