import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SentinelError } from '../../src/contracts/errors.ts';

/** A recording and what is heard in it. */
export interface LabelledClip {
  /** As the manifest names it. */
  file: string;
  path: string;
  /** What it is judged as: one of the model's classes, `other`, or a class that is left out. */
  class: string;
  /** What it is, more exactly. */
  fine: string;
  /** Where it is from: clips of one source are told apart too easily from those of others. Empty: unknown. */
  source: string;
}

const needed = ['file', 'class'] as const;
const columns = 'file,class,fine,source,licence';
/** A hundred thousand clips. */
const longestManifest = 32 * 2 ** 20;

/**
 * Reads a manifest: CSV (RFC 4180) with the columns file, class, fine, source and licence in any order; fine and source
 * may be absent. Paths are relative to the manifest.
 * @throws SentinelError ES_BAD_INPUT, which names the file, the line and what is wrong with it
 */
export async function readManifest(file: string): Promise<LabelledClip[]> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SentinelError('ES_BAD_INPUT', `The manifest cannot be read: ${file} (${why}).`, { cause });
  });
  if (bytes.length > longestManifest) throw wrong(`The manifest ${file} is larger than 32 MB`);
  return parseManifest(bytes.toString('utf8'), file);
}

/** @param file of the manifest: for errors, and for where the clips lie. */
export function parseManifest(text: string, file: string): LabelledClip[] {
  const [head, ...records] = readCsv(text, file);
  if (head === undefined) throw wrong(`The manifest ${file} is empty`);
  const names = head.fields.map((name) => name.trim().toLowerCase());
  const absent = needed.filter((name) => !names.includes(name));
  if (absent.length > 0) throw wrong(`${file}, line ${head.line}: there is no column ${absent.join(', no ')}`);
  if (records.length === 0) throw wrong(`The manifest ${file} names no clip`);
  return records.map(({ fields, line }) => {
    if (fields.length !== names.length) {
      throw wrong(`${file}, line ${line}: ${fields.length} fields, but ${names.length} columns`);
    }
    const field = (name: string): string => fields[names.indexOf(name)]?.trim() ?? '';
    const clip = { file: field('file'), class: field('class'), fine: field('fine'), source: field('source') };
    const empty = needed.find((name) => clip[name] === '');
    if (empty !== undefined) throw wrong(`${file}, line ${line}: the ${empty} is empty`);
    return { ...clip, fine: clip.fine || clip.class, path: resolve(dirname(file), clip.file) };
  });
}

interface CsvRecord {
  fields: string[];
  /** Of the file, from 1: quoted fields may hold line ends. */
  line: number;
}

/** A field and what ends it; quotes within quotes are doubled. */
const csvField = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

function readCsv(text: string, file: string): CsvRecord[] {
  const body = text.replace(/^\uFEFF/, '');
  const records: CsvRecord[] = [];
  let [at, line] = [0, 1];
  while (at < body.length) {
    const record: CsvRecord = { fields: [], line };
    for (let end = ','; end === ',';) {
      csvField.lastIndex = at;
      const found = csvField.exec(body);
      if (found === null) throw wrong(`${file}, line ${line}: the quotes do not fit`);
      const [whole, quoted, plain = '', ending = ''] = found;
      record.fields.push(quoted?.replaceAll('""', '"') ?? plain);
      line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
      at += whole.length;
      end = ending;
    }
    if (record.fields.some((field) => field.trim() !== '')) records.push(record);
  }
  return records;
}

function wrong(what: string): SentinelError {
  return new SentinelError('ES_BAD_INPUT', `${what}.`, { hint: `The first line names the columns: ${columns}.` });
}
