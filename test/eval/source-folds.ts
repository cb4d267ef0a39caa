import { SentinelError } from '../../src/contracts/errors.ts';
import type { LabelledClip } from './sound-manifest.ts';

export const foldCount = 4;

type Clip = Pick<LabelledClip, 'file' | 'class' | 'source'>;

/** The makers of ESC-10 keep the recordings of one origin in one of five folds of theirs, which the names of its files tell. */
const foldOfEsc = /esc10_.*_([1-5])-\d+-[A-Z]\.flac$/;

/** Collection of a recording: what must not be on both sides of a fold. */
export function sourceOf({ file, source }: Pick<Clip, 'file' | 'source'>): string {
  const fold = foldOfEsc.exec(file)?.[1];
  return fold === undefined ? source : `${source}/${fold}`;
}

/**
 * Puts each source into one of four folds, so that nothing is judged by a source that it learnt from: the sources with most
 * clips of a class that is looked for first, each into the fold that has fewest of them; then the others, by their clips.
 * `models/training/clips.py` does the same.
 * @param isEvent whether a class is looked for
 * @returns folds, 0 to 3, by source
 * @throws SentinelError ES_BAD_INPUT when a clip says no source, or there are fewer sources than folds
 */
export function sourceFolds(clips: readonly Clip[], isEvent: (name: string) => boolean): Map<string, number> {
  const events = new Map<string, number>();
  const all = new Map<string, number>();
  for (const clip of clips) {
    if (clip.source === '')
      throw new SentinelError('ES_BAD_INPUT', `The manifest does not say from which source ${clip.file} is.`);
    const source = sourceOf(clip);
    all.set(source, (all.get(source) ?? 0) + 1);
    if (isEvent(clip.class)) events.set(source, (events.get(source) ?? 0) + 1);
  }
  if (all.size < foldCount) {
    throw new SentinelError('ES_BAD_INPUT', `${foldCount} folds need as many sources; there are ${all.size}.`);
  }
  const withEvents = spread([...events]);
  const loads = Array.from({ length: foldCount }, () => 0);
  for (const [source, fold] of withEvents) loads[fold] = (loads[fold] ?? 0) + (all.get(source) ?? 0);
  return new Map([
    ...withEvents,
    ...spread(
      [...all].filter(([source]) => !events.has(source)),
      loads,
    ),
  ]);
}

/** The largest first, each to the fold that has least. */
function spread(
  counts: [source: string, count: number][],
  loads = Array.from({ length: foldCount }, () => 0),
): Map<string, number> {
  // By code points, as other languages sort too.
  const order = counts.toSorted(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
  return new Map(
    order.map(([source, count]) => {
      const fold = loads.indexOf(Math.min(...loads));
      loads[fold] = (loads[fold] ?? 0) + count;
      return [source, fold];
    }),
  );
}
