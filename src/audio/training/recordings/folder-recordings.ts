import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SentinelError } from '../../../contracts/errors.ts';
import { trainingLimits, type RefusedFile } from '../../../contracts/training.ts';
import { shown } from '../../../onnx-format/shown.ts';
import { sortIntoClasses, type Recordings } from './recordings.ts';

/** Folders in folders; deeper is nobody's collection of recordings. */
const deepest = 8;
const hidden = /^(?:\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i;

interface Found {
  files: { file: string; bytes: number }[];
  refusals: RefusedFile[];
  seen: number;
  bytes: number;
}

/**
 * The recordings of a folder of this machine. Links are not followed: they could lead to what is not meant.
 * @throws SentinelError ES_TRAINING_DATA when it is no folder, or holds more than is allowed
 */
export function folderRecordings(folder: string): Recordings {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw unusable(`there is no folder ${shown(folder, 200)}`);
  }
  const found: Found = { files: [], refusals: [], seen: 0, bytes: 0 };
  walk(folder, '', found, 0);
  const sorted = sortIntoClasses(found.files);
  return {
    kind: 'folder',
    bytes: found.bytes,
    files: sorted.files,
    refusals: [...found.refusals, ...sorted.refusals],
    read: ({ file }) => readFile(join(folder, file)),
    close: () => undefined,
  };
}

function walk(folder: string, path: string, found: Found, depth: number): void {
  const { entries, unpackedBytes, clipBytes } = trainingLimits;
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    if (hidden.test(entry.name)) continue;
    const file = path === '' ? entry.name : `${path}/${entry.name}`;
    const refuse = (reason: string): void => void found.refusals.push({ file: shown(file, 200), reason });
    found.seen += 1;
    if (found.seen > entries) throw unusable(`the folder has more than ${entries} files`);
    if (entry.isSymbolicLink()) refuse('It is a link.');
    else if (entry.isDirectory() && depth < deepest) walk(folder, file, found, depth + 1);
    else if (!entry.isFile()) refuse('It is no file.');
    else {
      const bytes = lstatSync(join(folder, file)).size;
      found.bytes += bytes;
      if (found.bytes > unpackedBytes) throw unusable(`the folder has more than ${unpackedBytes / 1e6} MB`);
      if (bytes === 0) refuse('It is empty.');
      else if (bytes > clipBytes) refuse(`It has more than ${clipBytes / 1e6} MB.`);
      else found.files.push({ file, bytes });
    }
  }
}

/** A file that became a link or grew since it was listed is not read. */
function readFile(path: string): Buffer {
  // Windows knows no such flag, and there ordinary users cannot make links.
  const descriptor = openSync(path, constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > trainingLimits.clipBytes) throw new RangeError('It was changed meanwhile.');
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unusable(why: string): SentinelError {
  return new SentinelError('ES_TRAINING_DATA', `Nothing can be learnt from these recordings: ${why}.`);
}
