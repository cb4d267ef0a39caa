import type { TSchema } from 'typebox';
import { components } from './components.ts';

/** A schema as it stands in the document: plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

// Optional fields are copies of their schema, so they are known by what they say.
const names = new Map(Object.entries(components).map(([name, schema]) => [JSON.stringify(schema), name]));

/** The schema with a reference in place of everything that has a name of its own. */
export function referred(schema: TSchema): JsonSchema {
  return refer(JSON.parse(JSON.stringify(schema))) as JsonSchema;
}

/** The schemas that have a name, each with references to the others. */
export function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(components).map(([name, schema]) => [name, within(JSON.parse(JSON.stringify(schema)))]),
  ) as Record<string, JsonSchema>;
}

function refer(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const name = names.get(JSON.stringify(value));
  return name === undefined ? within(value) : { $ref: `#/components/schemas/${name}` };
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, refer(part)]));
}
