import { SentinelError } from '../../src/contracts/errors.ts';
import type { LabelledClip } from './sound-manifest.ts';

export const foldCount = 4;

/**
 * Puts each source into one of four folds, so that nothing is judged by a source that it learnt from: the sources with most
 * clips of a class that is looked for first, each into the fold that has fewest of them. `models/training` does the same.
 * @param isEvent whether a class is looked for
 * @returns folds, 0 to 3, by source
 * @throws SentinelError ES_BAD_INPUT when a clip says no source, or there are fewer sources than folds
 */
export function sourceFolds(
  clips: readonly Pick<LabelledClip, 'file' | 'class' | 'source'>[],
  isEvent: (name: string) => boolean,
): Map<string, number> {
  const events = new Map<string, number>();
  for (const { file, class: name, source } of clips) {
    if (source === '')
      throw new SentinelError('ES_BAD_INPUT', `The manifest does not say from which source ${file} is.`);
    events.set(source, (events.get(source) ?? 0) + Number(isEvent(name)));
  }
  if (events.size < foldCount) {
    throw new SentinelError('ES_BAD_INPUT', `${foldCount} folds need as many sources; there are ${events.size}.`);
  }
  const loads = Array.from({ length: foldCount }, () => 0);
  // By code points, as other languages sort too.
  const order = [...events].sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
  return new Map(
    order.map(([source, count]) => {
      const fold = loads.indexOf(Math.min(...loads));
      loads[fold] = (loads[fold] ?? 0) + count + 1;
      return [source, fold];
    }),
  );
}
