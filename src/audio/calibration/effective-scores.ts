import { blockSeconds } from './false-alarms.ts';

/** A window of a recording: when it was heard, in ms since the beginning, and its scores by class. */
export interface ScoredWindow {
  at: number;
  scores: Readonly<Record<string, number>>;
}

/** Windows further apart do not confirm each other. */
const apartMs = 3000;

/**
 * The highest threshold at which the class would fire in each window, as audio-classify decides: two of three windows reach the
 * threshold, or one reaches both the threshold and `singleFrom`.
 */
export function effectiveScores(windows: readonly ScoredWindow[], label: string, singleFrom: number): number[] {
  return windows.map(({ at, scores }, index) => {
    const score = scores[label] ?? 0;
    if (score >= singleFrom) return score;
    const before = windows.slice(Math.max(0, index - 2), index).filter((window) => at - window.at <= apartMs);
    return Math.min(score, Math.max(0, ...before.map((window) => window.scores[label] ?? 0)));
  });
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
