import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SentinelError } from '../contracts/errors.ts';
import { inspectModel, type ModelValue } from '../onnx-format/inspect.ts';
import type { ModelDescription } from './model-description.ts';

/** The float32 tensor that a model is going to be fed. */
export interface ModelInput {
  /** Absent: any. */
  name?: string;
  /** Sizes; `free` is one that changes from run to run. */
  shape: readonly (number | 'free')[];
}

/**
 * Reads a model and makes sure that it is the file that its description means: whole, self-contained, with the
 * SHA-256 of the catalogue where there is one, and made for the input that it will get.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function readModelFile(model: ModelDescription, input: ModelInput): Promise<Uint8Array> {
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
  const { inputs } = inspectModel(bytes);
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1 && fits(only, input)) return bytes;
  const expected = words({ name: input.name ?? only?.name ?? '', type: 'float32', shape: [...input.shape] });
  throw new SentinelError(
    'ES_MODEL_INVALID',
    `The model "${model.id}" takes ${inputs.map(words).join(' and ')}; its description means ${expected}.`,
    { hint: `Correct the description, or export the model for this input. Its family is ${model.family}.` },
  );
}

function fits({ name, type, shape }: ModelValue, expected: ModelInput): boolean {
  return (
    (expected.name === undefined || name === expected.name) &&
    type === 'float32' &&
    shape.length === expected.shape.length &&
    expected.shape.every((size, axis) => size === shape[axis] || !isFixed(shape[axis]))
  );
}

/** Exporters write a size that is free as a name, as nothing, or as a number below 1. */
function isFixed(size: number | string | undefined): boolean {
  return typeof size === 'number' && size > 0;
}

function words({ name, type, shape }: ModelValue): string {
  return `"${name}", ${type} [${shape.join(', ')}]`;
}
