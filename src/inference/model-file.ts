import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SentinelError } from '../contracts/errors.ts';
import { inspectModel, type ModelHeader } from '../onnx-format/inspect.ts';
import type { ModelDescription } from './model-description.ts';

/**
 * Reads a model and makes sure that it is the file that its description means: whole, self-contained, and with the
 * SHA-256 of the catalogue where there is one.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function readModelFile(model: ModelDescription): Promise<{ bytes: Uint8Array; header: ModelHeader }> {
  const bytes = await readFile(model.file).catch((cause: unknown) => {
    throw new SentinelError('ES_MODEL_MISSING', `The file of the model "${model.id}" cannot be read: ${model.file}.`, {
      hint: 'Install the package again, or put your own model in this place.',
      cause,
    });
  });
  if (model.sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== model.sha256) {
    throw new SentinelError(
      'ES_MODEL_INVALID',
      `The file of the model "${model.id}" is not the one of the catalogue.`,
      {
        hint: 'It is damaged or was exchanged: install the package again.',
      },
    );
  }
  return { bytes, header: inspectModel(bytes) };
}
