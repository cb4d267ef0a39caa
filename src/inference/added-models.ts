import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';

/**
 * Copies a user's own model, and the description beside it, to the models that stay when the package is updated.
 * @param source absolute path of an `.onnx` file.
 * @returns the absolute path of the copy.
 * @throws SentinelError ES_BAD_CONFIG when another file has the name; ES_DOWNLOAD_FAILED when it cannot be copied
 */
export async function addModel(source: string, folder: string): Promise<string> {
  const own = join(folder, 'own');
  const file = join(own, basename(source));
  if (file === source) return file;
  const [description, ownDescription] = [source, file].map((model) => model.replace(/\.onnx$/, '.json')) as [
    string,
    string,
  ];
  // A description that was left behind would be taken for one of the new model.
  for (const taken of [file, ownDescription]) {
    if (!(await isThere(taken))) continue;
    throw new SentinelError('ES_BAD_CONFIG', `There is a model ${taken} already.`, {
      hint: 'Delete it, or give the new one another name.',
    });
  }
  const part = `${file}.part`;
  try {
    await mkdir(own, { recursive: true });
    await copyFile(source, part);
    if (await isThere(description)) await copyFile(description, ownDescription);
    await rename(part, file);
  } catch (cause) {
    for (const half of [part, ownDescription]) await rm(half, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SentinelError('ES_DOWNLOAD_FAILED', `The model could not be copied: ${why}.`, {
      hint: 'Make room, or run this as the user that runs Node-RED.',
      cause,
    });
  }
  return file;
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
