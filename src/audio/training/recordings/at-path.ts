import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { SentinelError } from '../../../contracts/errors.ts';

/** What lies at a path to be learnt from. @throws SentinelError ES_TRAINING_DATA */
export async function recordingsAt(path: string): Promise<{ folder: string } | { zip: string }> {
  const real = isAbsolute(path) ? await realpath(path).catch(() => undefined) : undefined;
  const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
  // Whatever else lies there may never end, as a pipe.
  if (real === undefined || (found?.isFile() !== true && found?.isDirectory() !== true)) {
    throw new SentinelError('ES_TRAINING_DATA', 'There is no zip file or folder at the path to learn from.', {
      hint: 'Write it as an absolute path, as it is where Node-RED runs, in a container the one inside it.',
    });
  }
  return found.isDirectory() ? { folder: real } : { zip: real };
}
