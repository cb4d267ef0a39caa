import type { AudioScores } from './messages.ts';

/** What judged a sound: the model, with the version of a trained head where that had its say. Scores of two are never one statistic. */
export function judgedBy({ model, head }: Pick<AudioScores, 'model' | 'head'>): string {
  return head === undefined ? model : `${model}, head ${head}`;
}
