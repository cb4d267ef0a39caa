import { statSync } from 'node:fs';
import { readHeader } from './header-file.ts';
import type { ModelHeader } from './inspect.ts';

/** One may take half a megabyte of memory. */
const mostKnown = 8;

interface Known {
  /** Changes with the file. */
  stamp: string;
  header: () => ModelHeader;
}

/** By path; which was asked for longest ago stands first. */
const known = new Map<string, Known>();

/**
 * The header of an ONNX file, which is read anew only when the file is another: what a deploy asks for again and again
 * costs the main thread nothing.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export function headerOf(file: string): ModelHeader {
  const stamp = stampOf(file);
  const found = known.get(file);
  const current = found?.stamp === stamp ? found : { stamp, header: outcomeOf(() => readHeader(file)) };
  known.delete(file);
  known.set(file, current);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  return current.header();
}

/** What the work gives or throws, again and again. */
function outcomeOf<Result>(work: () => Result): () => Result {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? '' : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}
