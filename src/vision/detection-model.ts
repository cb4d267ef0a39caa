import { basename } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import { labelLimit } from '../contracts/messages.ts';
import { findModel } from '../inference/catalog.ts';
import type { DetectionFamily, ModelFor } from '../inference/model-description.ts';
import { headerOf } from '../onnx-format/known-headers.ts';
import { recognise, type Recognised } from './decoders/recognise.ts';
import { detectors } from './decoders/table.ts';

/** A model, and what somebody knows better about it than its file and its description; empty texts say nothing. */
export interface ModelChoice {
  /** Id in the catalogue, or absolute path of an `.onnx` file. */
  model: string;
  family?: string;
  /** Separated by commas or lines, in the order of the outputs. */
  classNames?: string;
  /** `640`, or `640x480` (width x height). */
  inputSize?: string;
}

/** What is known of a model, and why. */
export interface ChosenModel {
  description: ModelFor<'detection'>;
  /** Sentences for people; empty when a description says all. */
  because: string[];
}

/**
 * Finds a detector: in the catalogue, by its description, or by recognising the file.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export function chooseModel({ model, family = '', classNames = '', inputSize = '' }: ModelChoice): ChosenModel {
  const wanted = family === '' ? undefined : familyOf(family);
  let because: Recognised['because'] | undefined;
  const found = findModel(model, 'detection', (file, described) => {
    const known = described === undefined ? wanted : isFamily(described) ? described : undefined;
    const { because: why, resize, ...recognised } = recognise(headerOf(file), known);
    because = why;
    return {
      title: basename(file),
      license: 'unknown',
      task: 'detection',
      ...recognised,
      ...(resize === undefined ? {} : { preprocessing: { resize } }),
    };
  });
  const labels = labelsIn(classNames);
  const said = {
    ...because,
    ...(labels.length === 0 ? {} : { labels: 'The labels were chosen.' }),
    ...(inputSize === '' ? {} : { input: 'The size was chosen.' }),
  };
  return {
    because: because === undefined ? [] : Object.values(said),
    description: {
      ...found,
      ...(wanted === undefined ? {} : { family: wanted }),
      ...(labels.length === 0 ? {} : { labels }),
      ...(inputSize === '' ? {} : { input: sizeOf(inputSize) }),
    },
  };
}

function labelsIn(classNames: string): string[] {
  const labels = classNames.split(/[,\n]/).flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const long = labels.find((name) => name.length > labelLimit);
  if (long === undefined) return labels;
  throw new SentinelError('ES_BAD_CONFIG', `"${long.slice(0, 40)}..." is too long for the name of a class.`, {
    hint: `Names are separated by commas or lines; each may have ${labelLimit} characters.`,
  });
}

function isFamily(name: string): name is DetectionFamily {
  return Object.hasOwn(detectors, name);
}

function familyOf(name: string): DetectionFamily {
  if (isFamily(name)) return name;
  throw new SentinelError('ES_BAD_CONFIG', `There is no model family "${name.slice(0, 60)}".`, {
    hint: `There are ${Object.keys(detectors).sort().join(', ')}.`,
  });
}

function sizeOf(text: string): { width: number; height: number } {
  const [, width, height = width] = /^\s*(\d{2,4})\s*(?:[x×*]\s*(\d{2,4})\s*)?$/i.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (Object.values(size).every((side) => side >= 32 && side <= 4096)) return size;
  throw new SentinelError('ES_BAD_CONFIG', `"${text.slice(0, 40)}" is no size of a model's input.`, {
    hint: 'Write 640, or 640x480 for width and height, from 32 to 4096.',
  });
}
