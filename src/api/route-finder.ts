import { Compile, type Validator } from 'typebox/compile';
import type { Method, Route } from './routes/route.ts';
import { routes, type OperationId } from './routes/table.ts';

interface Place {
  readonly pattern: RegExp;
  readonly schemas: Readonly<Record<string, Validator>>;
  readonly methods: Map<Method, OperationId>;
}

/** A path that there is: the operations of its methods, and the parts of it. */
export interface FoundPlace {
  readonly methods: ReadonlyMap<Method, OperationId>;
  readonly parts: Readonly<Record<string, string>>;
}

const entries = Object.entries(routes) as [OperationId, Route][];
const places = placesOf();

/** The place of a path, compared as it stands: nothing is decoded or resolved, so no spelling leads anywhere else. */
export function findPlace(path: string): FoundPlace | undefined {
  for (const { pattern, schemas, methods } of places) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const parts = { ...match.groups };
    const fits = Object.entries(schemas).every(([name, schema]) => schema.Check(parts[name]));
    if (fits) return { methods, parts };
  }
  return undefined;
}

function placesOf(): Place[] {
  const byPath = new Map<string, Place>();
  for (const [id, { method, path, also = [], parts = {} }] of entries) {
    for (const spelling of [path, ...also]) {
      const place = byPath.get(spelling) ?? {
        pattern: patternOf(spelling),
        schemas: compiled(parts),
        methods: new Map(),
      };
      place.methods.set(method, id);
      byPath.set(spelling, place);
    }
  }
  // A fixed path goes before one that takes any word in its place.
  return [...byPath].sort(([a], [b]) => namesIn(a) - namesIn(b)).map(([, place]) => place);
}

function patternOf(path: string): RegExp {
  // Our own paths hold nothing else that means something in a pattern.
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function namesIn(path: string): number {
  return path.split('{').length;
}

function compiled(parts: NonNullable<Route['parts']>): Record<string, Validator> {
  return Object.fromEntries(Object.entries(parts).map(([name, schema]) => [name, Compile(schema)]));
}
