import type { TamperKind } from '../../contracts/messages.ts';
import type { Measure } from './measure.ts';
import type { Comparison } from './usual-view.ts';

/** Looks at one picture: what it shows, how that compares with the usual view, and since when it has been the same. */
export interface Glance {
  measure: Measure;
  /** Undefined while the camera is new to us. */
  comparison: Comparison | undefined;
  /** For how long the same picture has come again and again, in milliseconds. */
  sameForMs: number;
}

/** Below this brightness a picture without forms is night, not a cover. */
const nightBrightness = 25;
/** How long exactly the same picture must come. Encoders repeat a still scene for the seconds between two key frames. */
const frozenMs = 120_000;

interface Sign {
  kind: TamperKind;
  /** How long it must last: a lamp that is switched off and on, somebody who stands before the lens, are no tampering. */
  holdMs: number;
  /** How sure it is, 0 to 1; undefined when it is not there. */
  score: (glance: Glance) => number | undefined;
}

/** Everything that can be wrong with a picture, the plainest first. */
const signs: readonly Sign[] = [
  {
    kind: 'black',
    holdMs: 20_000,
    // Night has noise, or something in it that is less dark.
    score: ({ measure: { bright, dark, lively } }) =>
      bright <= 24 && bright - dark <= 8 && lively < 0.05 ? 1 : undefined,
  },
  { kind: 'white', holdMs: 20_000, score: ({ measure }) => (measure.dark >= 235 ? 1 : undefined) },
  {
    kind: 'covered',
    holdMs: 15_000,
    score: (glance) =>
      glance.comparison !== undefined && glance.comparison.structure < 0.3 ? gone(glance) : undefined,
  },
  { kind: 'shifted', holdMs: 30_000, score: gone },
  {
    kind: 'blurred',
    holdMs: 20_000,
    // The same view in the same light, its large forms still there, but nothing fine in it any more.
    score: ({ comparison: is }) =>
      is !== undefined && is.likeness >= 0.7 && is.structure > 0.5 && isSameLight(is.brightness) && is.detail < 0.3
        ? 1 - is.detail
        : undefined,
  },
  { kind: 'frozen', holdMs: frozenMs, score: ({ sameForMs }) => (sameForMs >= frozenMs ? 1 : undefined) },
];

/** A suspicion about one picture. */
export interface Suspicion {
  kind: TamperKind;
  score: number;
  holdMs: number;
  /** For how long it has lasted before it could be seen. */
  lastedMs: number;
}

/** What is wrong with the picture, if anything is. */
export function suspect(glance: Glance): Suspicion | undefined {
  for (const { kind, holdMs, score } of signs) {
    const found = score(glance);
    if (found === undefined) continue;
    return { kind, holdMs, score: found, lastedMs: kind === 'frozen' ? glance.sameForMs : 0 };
  }
  return undefined;
}

/**
 * Nothing of the usual view is left: neither light and shade, which a lamp may change, nor the outlines, which it does
 * not. Half of a view behind a person or a car still has enough of them.
 */
function gone({ measure, comparison }: Glance): number | undefined {
  if (comparison === undefined || measure.mean < nightBrightness) return undefined;
  const { likeness, edges } = comparison;
  return likeness < 0.5 && edges < 0.3 ? Math.min(1, 1 - Math.max(0, edges)) : undefined;
}

/** What blurs a picture leaves its brightness as it was; a lamp does not. */
function isSameLight(brightness: number): boolean {
  return brightness > 0.7 && brightness < 1.4;
}
