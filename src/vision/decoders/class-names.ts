/** Keys under which exporters note the names of classes. */
const keys = ['names', 'labels', 'classes', 'class_names', 'id2label'];
/** One entry of a Python dictionary from numbers to names, as Ultralytics writes it. */
const entry = /(?:^|[{,]\s*)['"]?(\d{1,5})['"]?\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
const item = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;
const most = 10_000;

/**
 * Class names from a model's metadata: a list or a dictionary from numbers to names, in JSON or as Python prints it, or
 * names separated by commas. Undefined when there are none, or numbers are missing.
 */
export function classNamesIn(metadata: Readonly<Record<string, string>>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]?.trim();
    const names = text === undefined ? [] : namesIn(text);
    if (names.length > 0 && names.length <= most && names.every((name) => name !== '')) return names;
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
    return [...text.matchAll(item)].map(([, single, double]) => plain(single ?? double ?? ''));
  }
  return text.split(',').map((name) => name.trim());
}

function plain(name: string): string {
  return name.replace(/\\(.)/g, '$1').trim();
}
