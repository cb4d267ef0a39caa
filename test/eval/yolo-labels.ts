import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { SentinelError } from '../../src/contracts/errors.ts';
import type { Box } from '../../src/contracts/messages.ts';

/** An object that somebody labelled in a picture. */
export interface LabelledObject {
  /** Number of its class in the list of classes. */
  classIndex: number;
  /** 0..1 of the picture, from its upper left corner. */
  box: Box;
}

const form =
  'A line is: class centre-x centre-y width height; the class a number from 0, the rest 0..1 of the picture.';
/** Rounded numbers may lie this far outside the picture. */
const slack = 0.01;

/**
 * The objects of one picture, from a label file of the YOLO form. What stands after the fifth column is passed over.
 * @param classes How many there are.
 * @throws SentinelError ES_BAD_INPUT, which names the file, the line and what is wrong with it
 */
export async function readLabels(file: string, classes: number): Promise<LabelledObject[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SentinelError('ES_BAD_INPUT', `The labels ${file} cannot be read: ${why}.`, { cause });
  });
  return parseLabels(text, basename(file), classes);
}

/** @param name of the file, for errors. */
export function parseLabels(text: string, name: string, classes: number): LabelledObject[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const object = objectIn(line, classes);
    if (typeof object !== 'string') return [object];
    throw new SentinelError('ES_BAD_INPUT', `${name}, line ${index + 1}: ${object}.`, { hint: form });
  });
}

/** Or what is wrong. */
function objectIn(line: string, classes: number): LabelledObject | string {
  const words = line.trim().split(/\s+/);
  if (words.length < 5) return `five numbers are wanted, "${line.trim().slice(0, 60)}" has ${words.length}`;
  const numbers = words.slice(0, 5).map(Number);
  const [classIndex = NaN, x = NaN, y = NaN, width = NaN, height = NaN] = numbers;
  const strange = numbers.findIndex((number) => !Number.isFinite(number));
  if (strange !== -1) return `"${(words[strange] ?? '').slice(0, 40)}" is no number`;
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes) {
    return `class ${classIndex} is none of the ${classes} classes 0 to ${classes - 1}`;
  }
  const outside = numbers.slice(1).find((number) => number < -slack || number > 1 + slack);
  if (outside !== undefined) return `${outside} does not lie in 0..1; pixels are divided by the size of the picture`;
  if (width <= 0 || height <= 0) return `a box of ${width} x ${height} has no area`;
  return { classIndex, box: { x: x - width / 2, y: y - height / 2, width, height } };
}
