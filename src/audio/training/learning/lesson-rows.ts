import { quietClasses } from '../../../contracts/training.ts';
import type { Examples } from './softmax-regression.ts';

/** A clip as it is learnt from. */
export interface LessonClip {
  label: string;
  /** SHA-256 of the file, in hex: says later whether a head has learnt this clip. */
  hash: string;
  seconds: number;
  /** Embeddings of its windows. */
  windows: readonly Float32Array[];
  /** Embeddings of varied copies: learnt from, never judged by. */
  variants: readonly Float32Array[];
}

/** All embeddings of a lesson, and what belongs together. */
export interface LessonRows {
  labels: readonly string[];
  examples: Examples;
  /** Which clip, or which built-in sound (counted on after the clips), a row is of. */
  groups: Int32Array;
  /** 1 for varied copies. */
  varied: Uint8Array;
  clipCount: number;
}

/** The class that the built-in sounds are of, if there are any: the user's own `other` or `safe`, else one more. */
function quietLabelOf(labels: readonly string[]): string {
  return quietClasses.find((label) => labels.includes(label)) ?? quietClasses[0];
}

/** @param others Embeddings of built-in everyday sounds. */
export function layOut(clips: readonly LessonClip[], others: readonly Float32Array[]): LessonRows {
  const own = [...new Set(clips.map(({ label }) => label))].sort();
  const quiet = quietLabelOf(own);
  const labels = others.length === 0 || own.includes(quiet) ? own : [...own, quiet];
  const entries = [
    ...clips.flatMap(({ label, windows, variants }, group) => [
      ...windows.map((row) => ({ row, label, group, varied: 0 })),
      ...variants.map((row) => ({ row, label, group, varied: 1 })),
    ]),
    ...others.map((row, index) => ({ row, label: quiet, group: clips.length + index, varied: 0 })),
  ];
  const size = entries[0]?.row.length ?? 0;
  const rows = new Float32Array(entries.length * size);
  entries.forEach(({ row }, index) => {
    rows.set(row, index * size);
  });
  return {
    labels,
    examples: { size, rows, classes: Uint8Array.from(entries, ({ label }) => labels.indexOf(label)) },
    groups: Int32Array.from(entries, ({ group }) => group),
    varied: Uint8Array.from(entries, ({ varied }) => varied),
    clipCount: clips.length,
  };
}
