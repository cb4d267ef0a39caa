import type { RegisteredModel } from '../../src/contracts/register.ts';

/**
 * What the model of a node is: the file that ran last, and with it the head that users taught, if one had its say since.
 * @param wanted as the health of a site names it: an id, or the path of a file.
 */
export function modelFiles(register: readonly RegisteredModel[], site: string, wanted: string): RegisteredModel[] {
  const id = wanted.replace(/^.*[\\/]/, '').replace(/\.onnx$/, '');
  const newest = (rows: readonly RegisteredModel[]): RegisteredModel | undefined =>
    rows.reduce<RegisteredModel | undefined>(
      (best, row) => (best === undefined || row.lastUsed > best.lastUsed ? row : best),
      undefined,
    );
  const theirs = register.filter((row) => row.site === site);
  const file = newest(theirs.filter(({ model }) => model === id));
  const head = newest(theirs.filter(({ model, kind }) => kind === 'sound-head' && model.startsWith(`${id}, head `)));
  const isUsed = file !== undefined && head !== undefined && head.lastUsed >= file.lastUsed - hourMs;
  return [...(file === undefined ? [] : [file]), ...(isUsed ? [head] : [])];
}

/** As exactly as it is written down. */
const hourMs = 3_600_000;
