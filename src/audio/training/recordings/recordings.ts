import { SentinelError } from '../../../contracts/errors.ts';
import { classNamePattern, trainingLimits, type RefusedFile } from '../../../contracts/training.ts';
import { shown } from '../../../onnx-format/shown.ts';

/** A file among those that were brought. */
export interface RecordingFile {
  /** Path inside the zip or folder, with forward slashes. */
  file: string;
  /** Name of the folder that it is sorted into. */
  label: string;
  bytes: number;
}

/** The files of a zip or folder, before anything is known of what is in them. */
export interface Recordings {
  kind: 'zip' | 'folder';
  /** Of the zip, or of all files of the folder. */
  bytes: number;
  files: readonly RecordingFile[];
  refusals: readonly RefusedFile[];
  /** @throws SentinelError when the file cannot be read. */
  read(file: RecordingFile): Buffer;
  close(): void;
}

const soundNames = /\.(?:wav|wave|mp3|flac|ogg|oga|opus|m4a|mp4|aac)$/i;
const className = new RegExp(classNamePattern);

/**
 * Sorts files into classes: a class is the first folder below the one that all recordings share, so that `safe/a.wav` and
 * `my data/safe/2026/a.wav` both are of the class `safe`.
 */
export function sortIntoClasses(files: readonly { file: string; bytes: number }[]): {
  files: RecordingFile[];
  refusals: RefusedFile[];
} {
  const depth = sharedDepth(files.map(({ file }) => file).filter((file) => soundNames.test(file)));
  const sorted: RecordingFile[] = [];
  const refusals: RefusedFile[] = [];
  for (const { file, bytes } of files) {
    const [folder, ...below] = file.split('/').slice(depth);
    const refuse = (reason: string): void => void refusals.push({ file: shown(file, 200), reason });
    if (folder === undefined || below.length === 0) {
      refuse('It lies in no folder that would say of what class it is.');
      continue;
    }
    const label = labelOf(folder);
    if (label === 'loud_unknown') refuse('Its folder has a name of ours, for a loud sound that no class explains.');
    else if (className.test(label)) sorted.push({ file, label, bytes });
    else refuse(`Its folder "${shown(folder)}" cannot be a class: use up to 48 letters a to z, digits, _ and -.`);
  }
  return { files: sorted, refusals };
}

const german: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** As messages have it: `Door Bell` is door_bell, `Türklingel` tuerklingel, `café` cafe. */
function labelOf(folder: string): string {
  const spelt = folder.normalize('NFC').trim().toLowerCase();
  const plain = spelt.replaceAll(/[äöüß]/g, (letter) => german[letter] ?? letter).normalize('NFD');
  return plain.replaceAll(/\p{M}/gu, '').replaceAll(/\s+/g, '_');
}

/** How many folders all files share, while more than one class is left below them. */
function sharedDepth(files: readonly string[]): number {
  const [first, ...others] = files.map((file) => file.split('/'));
  if (first === undefined) return 0;
  // A folder for the class and the name of the file stay.
  let depth = Math.max(0, first.length - 2);
  for (const parts of others) {
    depth = Math.min(depth, Math.max(0, parts.length - 2));
    const differs = first.slice(0, depth).findIndex((folder, index) => folder !== parts[index]);
    if (differs >= 0) depth = differs;
  }
  return depth;
}

/**
 * @param refusals What was brought beside the clips: it may say why a class is missing.
 * @throws SentinelError ES_TRAINING_DATA when classes are too few, too small, too many or too uneven.
 */
export function assertLearnable(clips: readonly { label: string }[], refusals: readonly RefusedFile[] = []): void {
  const counts = new Map<string, number>();
  for (const { label } of clips) counts.set(label, (counts.get(label) ?? 0) + 1);
  const { leastClasses, mostClasses, leastClips, imbalance } = trainingLimits;
  if (counts.size < leastClasses) {
    const only = [...counts.keys()].map((label) => `"${label}"`).join();
    throw unlearnable(
      `${counts.size === 0 ? 'there are no recordings in folders of a class' : `there is only one class, ${only}`}${among(refusals)}`,
      'Sort the recordings into at least two folders named like their classes, such as safe and danger.',
    );
  }
  if (counts.size > mostClasses) throw unlearnable(`there are ${counts.size} classes; ${mostClasses} are allowed`);
  const small = [...counts].filter(([, count]) => count < leastClips);
  if (small.length > 0) {
    const which = small.slice(0, 5).map(([label, count]) => `"${label}" has ${count}`);
    throw unlearnable(
      `a class needs at least ${leastClips} usable clips, and ${which.join(', ')}${among(refusals)}`,
      'Bring more recordings; ten or more of each class do well.',
    );
  }
  const [most, least] = [Math.max(...counts.values()), Math.min(...counts.values())];
  if (most > imbalance * least) {
    throw unlearnable(
      `the largest class has ${most} clips and the smallest ${least}`,
      `No class may have more than ${imbalance} times as many as another.`,
    );
  }
}

/** What was refused, with the first reasons. */
function among(refusals: readonly RefusedFile[]): string {
  if (refusals.length === 0) return '';
  const reasons = [...new Set(refusals.map(({ reason }) => reason.replace(/\.$/, '')))].slice(0, 3);
  return `; of the files that were brought, ${refusals.length} cannot be used: ${reasons.join('; ')}`;
}

function unlearnable(why: string, hint?: string): SentinelError {
  const message = `Nothing can be learnt from these recordings: ${why}.`;
  return new SentinelError('ES_TRAINING_DATA', message, hint === undefined ? {} : { hint });
}
