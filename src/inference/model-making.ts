import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { SentinelError } from '../contracts/errors.ts';
import { yamnetFromTflite } from '../tflite/yamnet.ts';
import { isPacked, membersOf } from './archive-member.ts';
import type { DownloadableEntry } from './catalog.ts';

/** What a model of the catalogue is made of. */
export type ModelMaking = NonNullable<DownloadableEntry['download']['made']>;

/** What the worker is told. */
export interface MakingOrder {
  making: ModelMaking;
  /** File with the source, or a `.tar.gz` that holds it. */
  source: string;
  /** File that is to be written. */
  target: string;
  /** SHA-256 that this must have. */
  sha256: string;
}

const makers: Readonly<Record<ModelMaking['from'], (bytes: Uint8Array) => Uint8Array>> = {
  'yamnet-tflite': yamnetFromTflite,
};

/** Beside the source, an archive holds little. */
const spareBytes = 4 * 1024 * 1024;

/**
 * Makes a model out of the file that its publishers hand out. Blocks its thread for some hundred milliseconds.
 * @throws SentinelError ES_MODEL_INVALID when the source is another one
 */
export async function makeModel({ making, source, target, sha256 }: MakingOrder): Promise<void> {
  const { size } = await stat(source);
  if (size > making.bytes + spareBytes) throw notTheSource();
  const bytes = sourceIn(await readFile(source), making);
  const model = makers[making.from](bytes);
  if (hashOf(model) !== sha256) {
    throw new SentinelError('ES_MODEL_INVALID', 'What was made of the file is not the model of the catalogue.', {
      hint: 'Install the package again: its catalogue and its program do not belong together.',
    });
  }
  await writeFile(target, model);
}

function sourceIn(bytes: Uint8Array, making: ModelMaking): Uint8Array {
  const candidates = isPacked(bytes) ? membersOf(bytes, making.bytes + spareBytes) : [bytes];
  const found = candidates.find((one) => one.length === making.bytes && hashOf(one) === making.sha256);
  if (found === undefined) throw notTheSource();
  return found;
}

function notTheSource(): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'It is not the file of which the model is made.');
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
