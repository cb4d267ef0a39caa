import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { SentinelError } from '../contracts/errors.ts';
import { inspectModel, type ModelHeader, type ModelValue } from '../onnx-format/inspect.ts';
import { shown } from '../onnx-format/shown.ts';
import { catalogEntries, pullCommand } from './catalog.ts';
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

/** Protocol Buffers, and so ONNX files that stand for themselves, end at two gigabytes. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads a model and makes sure that it is whole, self-contained, and has its SHA-256 where that is known.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function readModelFile(model: ModelDescription): Promise<{ bytes: Uint8Array; header: ModelHeader }> {
  await assertReadable(model);
  const bytes = await readFile(model.file).catch((cause: unknown) => {
    throw unreadable(model, cause);
  });
  if (model.sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== model.sha256) {
    throw exchanged(model);
  }
  return { bytes, header: inspectModel(bytes) };
}

/**
 * Makes sure that a model is a file of a size that can be read: a pipe never ends, and a disk could be one file.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function assertReadable(model: ModelDescription): Promise<void> {
  const found = await stat(model.file).catch((cause: unknown) => {
    throw unreadable(model, cause);
  });
  if (!found.isFile()) throw unreadable(model);
  if (found.size <= largestFile) return;
  const size = `${(found.size / 1e9).toFixed(1)} GB`;
  throw new SentinelError('ES_MODEL_INVALID', `The file of the model "${model.id}" has ${size}: ${model.file}.`, {
    hint: 'An ONNX file that stands for itself has 2 GB at most.',
  });
}

/** Our error for a model whose file is not there, is none, or may not be read. */
export function unreadable(model: ModelDescription, cause?: unknown): SentinelError {
  const { id, file, origin = 'own' } = model;
  const hint = {
    embedded: 'Install the package again; in its repository, run "npm run build".',
    pulled: pullAgain(id),
    own: 'Write the path as it is where Node-RED runs, in a container the one inside it; its user must be able to read it.',
  }[origin === 'tried' ? 'own' : origin];
  return new SentinelError('ES_MODEL_MISSING', `The file of the model "${id}" cannot be read: ${file}.`, {
    hint,
    cause,
  });
}

function exchanged({ id, file, origin = 'own' }: ModelDescription): SentinelError {
  const { is, hint } = {
    embedded: {
      is: 'not the one that came with the package',
      hint: 'It is damaged or was exchanged: install the package again.',
    },
    pulled: { is: 'not the one of the catalogue', hint: `It is damaged or was exchanged. ${pullAgain(id)}` },
    own: {
      is: 'not the one that its description means by its sha256',
      hint: `Put the right file in its place, or correct the sha256 in ${file.replace(/\.onnx$/, '.json')}.`,
    },
    tried: {
      is: 'another one than when it was tried',
      hint: 'It is tried again in a moment; deploy again to have that at once.',
    },
  }[origin];
  return new SentinelError('ES_MODEL_INVALID', `The file of the model "${id}" is ${is}: ${file}.`, { hint });
}

function pullAgain(id: string): string {
  const entry = catalogEntries().find((one) => one.id === id);
  return entry === undefined ? '' : `In the user folder of Node-RED run "npx ${pullCommand(entry)}".`;
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
