import { labelLimit } from '../../contracts/messages.ts';

/** Keys under which exporters note the names of classes. */
const keys = ['names', 'labels', 'classes', 'class_names', 'id2label'];
/** A quoted name. One without an end goes on to the end of the text: looking for its end again and again would take for ever. */
const quoted = /'((?:[^'\\]|\\.?)*)(?:'|$)|"((?:[^"\\]|\\.?)*)(?:"|$)/gs;
/** One entry of a Python dictionary from numbers to names, as Ultralytics writes it. */
const entry = new RegExp(`(?:^|[{,]\\s*)['"]?(\\d{1,5})['"]?\\s*:\\s*(?:${quoted.source})`, 'gs');
const most = 10_000;
/** Much more than the names of any real model together. */
const longestText = 256 * 1024;

/**
 * Class names from a model's metadata: a list or a dictionary from numbers to names, in JSON or as Python prints it, or
 * names separated by commas. Undefined when there are none, or numbers are missing.
 */
export function classNamesIn(metadata: Readonly<Record<string, string>>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]?.trim();
    const names = text === undefined || text.length > longestText ? [] : namesIn(text);
    if (names.length > 0 && names.length <= most && names.every(isName)) return names;
  }
  return undefined;
}

function namesIn(text: string): string[] {
  if (text.startsWith('{')) {
    const byNumber = new Map<number, string>();
    for (const [, number, single, double] of text.matchAll(entry)) {
      byNumber.set(Number(number), plain(single ?? double ?? ''));
    }
    return Array.from({ length: byNumber.size }, (_, index) => byNumber.get(index) ?? '');
  }
  if (text.startsWith('[') || text.startsWith('(')) {
    return [...text.matchAll(quoted)].map(([, single, double]) => plain(single ?? double ?? ''));
  }
  return text.split(',').map((name) => name.trim());
}

function plain(name: string): string {
  return name.replace(/\\(.)/g, '$1').trim();
}

/** What a message can carry as a label. */
function isName(name: string): boolean {
  return name !== '' && name.length <= labelLimit;
}
