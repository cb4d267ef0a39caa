import type { SiteHealth } from '../../src/contracts/health.ts';
import type { SystemWord } from './system-words.ts';

const units = [
  [1024 ** 4, 'terabyte'],
  [1024 ** 3, 'gigabyte'],
  [1024 ** 2, 'megabyte'],
  [1024, 'kilobyte'],
  [1, 'byte'],
] as const;

/** Bytes as people read them, in steps of 1,024 as the dialog of the site counts them. */
export function sizeIn(tag: string, bytes: number): string {
  const [size, unit] = units.find(([least]) => bytes >= least) ?? [1, 'byte'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / size);
}

/** What is said of the room for evidence: how much there is of it, what it may be, and what is free on its disk. */
export function storageWords(
  { storage, kept }: { storage?: SiteHealth['storage'] | undefined; kept?: SiteHealth['kept'] | undefined },
  { tag, say }: { tag: string; say: (word: SystemWord, fields?: Record<string, string>) => string },
): string {
  const size = (bytes: number): string => sizeIn(tag, bytes);
  if (kept === undefined) return say(storage === 'full' ? 'full' : 'ok');
  const { bytes, mostBytes, free } = kept;
  return [
    ...(storage === 'full' ? [say('full')] : []),
    mostBytes === 0 ? size(bytes) : say('ofMost', { size: size(bytes), most: size(mostBytes) }),
    ...(free === undefined ? [] : [say('free', { size: size(free) })]),
  ].join(', ');
}
