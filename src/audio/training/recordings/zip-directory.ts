import { SentinelError } from '../../../contracts/errors.ts';
import type { RefusedFile } from '../../../contracts/training.ts';
import { shown } from '../../../onnx-format/shown.ts';

/** One file of a zip, as the list at its end says. */
export interface ZipEntry {
  /** Path inside the zip. */
  name: string;
  /** Length of the name in the file. */
  nameBytes: number;
  /** 0 as it is, 8 deflated. */
  method: number;
  packedBytes: number;
  bytes: number;
  crc: number;
  /** Where its own header begins. */
  at: number;
}

export interface DirectoryLimits {
  unpackedBytes: number;
  fileBytes: number;
  ratio: number;
}

interface ListedEntry extends ZipEntry {
  flags: number;
  isLink: boolean;
}

const signature = 0x02014b50;
const recordBytes = 46;
const encryptedFlags = 0x2041; // encrypted, strongly encrypted, with a masked list
const utf8Flag = 0x0800;
const madeByUnix = 3;
const fileTypes = 0xf000;
const linkType = 0xa000;
const usableMethods: readonly number[] = [0, 8];
/** In bytes; 255 a folder or file is what most systems take. */
const longestName = 1024;
/** Pages that compress are no sound: below this a ratio says nothing. */
const smallBytes = 1e6;
const archives = /\.(?:zip|gz|tgz|bz2|xz|zst|7z|rar|tar|jar)$/i;
/** What systems put beside the files of their users. */
const systemFiles = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)/i;

/**
 * Reads the list of files of a zip. Folders and what systems add are left out without a word.
 * @throws SentinelError ES_ARCHIVE_INVALID for what is no accident
 */
export function readDirectory(
  directory: Buffer,
  count: number,
  limits: DirectoryLimits,
): { entries: ZipEntry[]; refusals: RefusedFile[] } {
  const entries: ZipEntry[] = [];
  const refusals: RefusedFile[] = [];
  const names = new Set<string>();
  let unpacked = 0;
  for (const entry of records(directory, count)) {
    assertHarmless(entry);
    unpacked += entry.bytes;
    if (unpacked > limits.unpackedBytes) {
      throw refused(`unpacked it has more than ${Math.floor(limits.unpackedBytes / 1e6)} MB`);
    }
    if (entry.name.endsWith('/') || systemFiles.test(entry.name)) continue;
    const why = names.has(entry.name) ? 'It is in the zip twice.' : uselessness(entry, limits);
    names.add(entry.name);
    if (why === undefined) entries.push(entry);
    else refusals.push({ file: shown(entry.name, 200), reason: why });
  }
  return { entries, refusals };
}

function* records(directory: Buffer, count: number): Generator<ListedEntry> {
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + recordBytes > directory.length || directory.readUInt32LE(at) !== signature) throw unreadable();
    const nameBytes = directory.readUInt16LE(at + 28);
    const next = at + recordBytes + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw unreadable();
    const flags = directory.readUInt16LE(at + 8);
    const isUnix = directory.readUInt8(at + 5) === madeByUnix;
    yield {
      name: nameOf(directory.subarray(at + recordBytes, at + recordBytes + nameBytes), flags),
      nameBytes,
      flags,
      isLink: isUnix && ((directory.readUInt32LE(at + 38) >>> 16) & fileTypes) === linkType,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
    };
    at = next;
  }
  if (at !== directory.length) throw unreadable();
}

/** Programs on macOS write UTF-8 without saying so. */
function nameOf(bytes: Buffer, flags: number): string {
  const utf8 = bytes.toString('utf8');
  return (flags & utf8Flag) !== 0 || !utf8.includes('\ufffd') ? utf8 : bytes.toString('latin1');
}

function assertHarmless({ name, nameBytes, flags, packedBytes, bytes, at }: ListedEntry): void {
  // Longer than any system takes; folders in the thousands cost time with every look at them.
  if (nameBytes > longestName) throw refused(`the name "${shown(name, 100)}" in it has ${nameBytes} bytes`);
  const parts = name.split(/[/\\]/);
  if (name === '' || name.includes('\0') || parts.includes('..') || /^[/\\]|^[a-z]:/i.test(name)) {
    throw refused(`the name "${shown(name, 100)}" in it leads out of its folder`);
  }
  if ((flags & encryptedFlags) !== 0) throw refused(`the file "${shown(name, 100)}" in it is encrypted`);
  if ([packedBytes, bytes, at].includes(0xffffffff)) {
    throw refused(`the file "${shown(name, 100)}" in it says that it has more than 4 GB (zip64)`);
  }
}

function uselessness(entry: ListedEntry, { fileBytes, ratio }: DirectoryLimits): string | undefined {
  const { name, isLink, method, bytes, packedBytes } = entry;
  if (isLink) return 'It is a link.';
  if (archives.test(name)) return 'It is an archive itself; only the outer one is unpacked.';
  if (bytes === 0) return 'It is empty.';
  if (bytes > fileBytes) return `It has more than ${Math.floor(fileBytes / 1e6)} MB.`;
  if (bytes > smallBytes && bytes > ratio * packedBytes)
    return `It is packed more than ${ratio} times, as no sound is.`;
  return usableMethods.includes(method) ? undefined : `It is packed by a method (${method}) that is not known here.`;
}

function unreadable(): SentinelError {
  return refused('its list of files is damaged');
}

function refused(why: string): SentinelError {
  return new SentinelError('ES_ARCHIVE_INVALID', `The zip file cannot be used: ${why}.`);
}
