import { readdir, readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { performance } from 'node:perf_hooks';
import { SentinelError } from '../../src/contracts/errors.ts';
import { openPictureFinder } from './picture-finder.ts';
import { ScoreSheet, type Figures } from './score-sheet.ts';
import { readLabels, type LabelledObject } from './yolo-labels.ts';

export interface PictureQuestion {
  /** Folder of pictures. */
  images: string;
  /** Folder of label files. */
  labels: string;
  /** Id in the catalogue, or path of an `.onnx` file. */
  model: string;
  /** Score from which an object counts for precision and recall. */
  threshold: number;
  /** Lowest score that counts for the average precision. */
  floor: number;
  /** What the numbers in the label files mean. */
  classes: readonly string[];
  /** Told of every picture that cannot be judged. */
  refused: (picture: string, why: SentinelError) => void;
}

export interface PictureVerdict {
  /** Pictures that were judged. */
  images: number;
  /** Mean of the average precision at IoU 0.5, over the classes that are labelled; null when nothing is. */
  map50: number | null;
  /** From the bytes of a file to its objects, on average. */
  ms_per_image: number;
  person: Figures;
  knife: Figures;
  vehicle: Figures;
  bag: Figures;
  /** Every class that is labelled, and how often. */
  classes: Record<string, { ap50: number | null; n: number }>;
  /** Objects that are labelled in the pictures that were judged. */
  labelled: number;
  /** Pictures that were not judged: damaged, too large, no picture. */
  refused: number;
  /** Pictures without a label file: nothing is in them. */
  without_labels: number;
  /** Classes that are labelled and that the model does not know: their average precision is 0. */
  unknown_classes: string[];
  backend: string;
}

const pictureName = /^[^.].*\.(jpe?g|png|webp)$/i;
/** Of a file; larger ones are no pictures of a camera. */
const mostBytes = 100e6;

/**
 * Compares what detectron-infer finds in pictures with what is labelled in them.
 * @throws SentinelError ES_BAD_INPUT (folders, labels), and whatever is wrong with the model
 */
export async function judgePictures(question: PictureQuestion): Promise<PictureVerdict> {
  const { images, labels, model, threshold, floor, classes } = question;
  const pictures = (await namesIn(images, 'pictures')).filter((name) => pictureName.test(name));
  if (pictures.length === 0) {
    throw new SentinelError('ES_BAD_INPUT', `There are no pictures in ${images}.`, {
      hint: 'Pictures end in .jpg, .jpeg, .png or .webp. Folders in it are not looked into.',
    });
  }
  const truths = await readTruths(pictures, labels, classes.length);
  const finder = await openPictureFinder(model, floor);
  const sheet = new ScoreSheet(classes);
  const counts = { images: 0, refused: 0, without_labels: 0 };
  let ms = 0;
  try {
    for (const picture of pictures) {
      try {
        const bytes = await readBytes(join(images, picture));
        const started = performance.now();
        const found = await finder.find(bytes);
        ms += performance.now() - started;
        sheet.add(found, truths.get(picture) ?? []);
        counts.images += 1;
        counts.without_labels += truths.has(picture) ? 0 : 1;
      } catch (thrown) {
        if (!(thrown instanceof SentinelError) || thrown.name !== 'ES_IMAGE_INVALID') throw thrown;
        counts.refused += 1;
        question.refused(picture, thrown);
      }
    }
  } finally {
    await finder.close();
  }
  if (counts.images === 0) {
    throw new SentinelError('ES_BAD_INPUT', `None of the ${counts.refused} pictures in ${images} can be decoded.`);
  }
  const { map50, ...figures } = sheet.figures(threshold);
  return {
    images: counts.images,
    map50,
    ms_per_image: Math.round((ms / counts.images) * 10) / 10,
    ...figures,
    ...{ refused: counts.refused, without_labels: counts.without_labels },
    unknown_classes: Object.keys(figures.classes).filter((name) => !finder.knows.includes(name)),
    backend: finder.backend,
  };
}

async function namesIn(folder: string, what: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SentinelError('ES_BAD_INPUT', `The folder of the ${what} cannot be read: ${folder} (${why}).`, { cause });
  }
}

/** By picture. All are read before the model looks: whoever wrote a label wrongly need not wait for it. */
async function readTruths(
  pictures: readonly string[],
  folder: string,
  classes: number,
): Promise<Map<string, LabelledObject[]>> {
  const files = new Set(await namesIn(folder, 'labels'));
  const truths = new Map<string, LabelledObject[]>();
  for (const picture of pictures) {
    const file = `${parse(picture).name}.txt`;
    if (files.has(file)) truths.set(picture, await readLabels(join(folder, file), classes));
  }
  if (truths.size > 0) return truths;
  throw new SentinelError('ES_BAD_INPUT', `No file in ${folder} has the name of a picture, such as ${pictures[0]}.`, {
    hint: `The labels of ${pictures[0]} are in ${parse(pictures[0] ?? '').name}.txt.`,
  });
}

async function readBytes(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > mostBytes) throw new SentinelError('ES_IMAGE_INVALID', `The file has ${size} bytes.`);
  return await readFile(file);
}
