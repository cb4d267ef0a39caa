import { confirmationAt } from '../decision/confirmation-rule.ts';
import { blockSeconds } from './false-alarms.ts';

/** A window of a recording: when it was heard, in ms since the beginning, and its scores by class. */
export interface ScoredWindow {
  at: number;
  scores: Readonly<Record<string, number>>;
}

/**
 * The highest threshold at which the class would fire in each window, as audio-classify decides: so many of the last windows as their hop
 * asks for reach the threshold, or one reaches both the threshold and `singleFrom`.
 */
export function effectiveScores(windows: readonly ScoredWindow[], label: string, singleFrom: number): number[] {
  const { n, of, seconds } = confirmationAt(hopOf(windows));
  return windows.map(({ at, scores }, index) => {
    const score = scores[label] ?? 0;
    if (score >= singleFrom) return score;
    const before = windows
      .slice(Math.max(0, index - of + 1), index)
      .flatMap((window) => (at - window.at <= seconds * 1000 ? [window.scores[label] ?? 0] : []))
      .sort((a, b) => b - a);
    return Math.min(score, before[n - 2] ?? 0);
  });
}

/** Seconds from one window to the next, gaps apart: recordings of both hops lie side by side. */
function hopOf(windows: readonly ScoredWindow[]): number {
  const hops = windows.slice(1).map(({ at }, index) => at - (windows[index]?.at ?? at));
  return (hops.sort((a, b) => a - b)[Math.floor(hops.length / 2)] ?? Infinity) / 1000;
}

/** The best effective score of each block of 10 s in which something was heard, by its number in the recording. */
export function blockScores(windows: readonly ScoredWindow[], label: string, singleFrom: number): Map<number, number> {
  const blocks = new Map<number, number>();
  effectiveScores(windows, label, singleFrom).forEach((score, index) => {
    const block = Math.floor((windows[index]?.at ?? 0) / 1000 / blockSeconds);
    blocks.set(block, Math.max(score, blocks.get(block) ?? 0));
  });
  return blocks;
}
