import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SentinelError } from '../contracts/errors.ts';
import { inspectModel, type ModelHeader, type ModelValue } from '../onnx-format/inspect.ts';
import { shown } from '../onnx-format/shown.ts';
import type { ModelDescription } from './model-description.ts';

/** So many sizes of a shape stand in an error. */
const mostSizes = 8;

/** The float32 tensor that a model is going to be fed. */
export interface ModelInput {
  /** Absent: any. */
  name?: string;
  /** Sizes; `free` is one that changes from run to run. */
  shape: readonly (number | 'free')[];
}

/**
 * Reads a model and makes sure that it is whole, self-contained, and has the SHA-256 of the catalogue where there is one.
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
        hint: 'It is damaged or was exchanged: install the package, or pull the model, again.',
      },
    );
  }
  return { bytes, header: inspectModel(bytes) };
}

/**
 * Makes sure that a model is made for the one input that it will get.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function assertTakes(model: ModelDescription, { inputs }: ModelHeader, input: ModelInput): void {
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1 && fits(only, input)) return;
  const expected = words({ name: input.name ?? only?.name ?? '', type: 'float32', shape: [...input.shape] });
  throw new SentinelError(
    'ES_MODEL_INVALID',
    `The model "${model.id}" takes ${inputs.slice(0, 4).map(words).join(' and ')}; its description means ${expected}.`,
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
export function isFixed(size: number | string | undefined): size is number {
  return typeof size === 'number' && size > 0;
}

/** An input or output as it stands in an error. */
export function words({ name, type, shape }: ModelValue): string {
  const sizes = shape.slice(0, mostSizes).map((size) => shown(String(size), 20));
  return `"${shown(name)}", ${type} [${sizes.join(', ')}${shape.length > mostSizes ? '...' : ''}]`;
}
