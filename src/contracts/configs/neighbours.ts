/** Areas that lie next to each area. */
export type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

/** Longest text of neighbours, in characters. */
export const neighboursLimit = 4000;

/** Reads which areas lie next to each other: a line for each group, its names parted by commas. */
export function neighboursIn(text: string): Neighbours {
  const neighbours = new Map<string, Set<string>>();
  for (const names of groupsIn(text)) {
    for (const name of names) {
      const beside = neighbours.get(name) ?? new Set<string>();
      for (const other of names) if (other !== name) beside.add(other);
      neighbours.set(name, beside);
    }
  }
  return neighbours;
}

/** The first line, counted from 1, that names fewer than two areas; undefined when all is well. */
export function lonelyLine(text: string): number | undefined {
  const place = text.split('\n').findIndex((line) => line.trim() !== '' && new Set(namesIn(line)).size < 2);
  return place === -1 ? undefined : place + 1;
}

function groupsIn(text: string): string[][] {
  return text.split('\n').map(namesIn);
}

function namesIn(line: string): string[] {
  return line
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
