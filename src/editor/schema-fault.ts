/** The part of JSON Schema that settings are described with. */
export interface ValueSchema {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  default?: unknown;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  items?: ValueSchema;
  properties?: Record<string, ValueSchema>;
  required?: readonly string[];
  /** What an object that does not fit `if` has to fit besides. */
  if?: ValueSchema;
  else?: ValueSchema;
  /** Type of the config node whose id the value is. */
  nodeType?: string;
}

export interface SettingsSchema extends ValueSchema {
  properties: Record<string, ValueSchema>;
}

/** What is wrong with a value: where in it, the key of a text (`shared.fault.<key>`), and the limit that the text names. */
export interface Fault {
  key:
    'required' | 'number' | 'integer' | 'minimum' | 'maximum' | 'maxLength' | 'pattern' | 'choice' | 'list' | 'shape';
  limit: number;
  /** Indexes and names on the way to the part that is wrong; empty for the value itself. */
  path: readonly (string | number)[];
}

/**
 * Checks a setting as it stands in the editor, where numbers are still the text of their field.
 * @returns undefined when the value fits the schema
 */
export function faultOf(schema: ValueSchema, value: unknown): Fault | undefined {
  if (schema.enum !== undefined) return schema.enum.includes(value as string) ? undefined : fault('choice');
  return schema.type === undefined ? undefined : checks[schema.type](schema, value);
}

const checks: Record<NonNullable<ValueSchema['type']>, (schema: ValueSchema, value: unknown) => Fault | undefined> = {
  string: textFault,
  number: numberFault,
  integer: numberFault,
  boolean: (_schema, value) => (typeof value === 'boolean' ? undefined : fault('choice')),
  array: listFault,
  object: objectFault,
};

function textFault(schema: ValueSchema, value: unknown): Fault | undefined {
  if (typeof value !== 'string') return fault('required');
  if (value.length < (schema.minLength ?? 0)) return fault('required');
  if (value.length > (schema.maxLength ?? Infinity)) return fault('maxLength', schema.maxLength);
  if (schema.pattern === undefined || new RegExp(schema.pattern).test(value)) return undefined;
  return fault(value === '' ? 'required' : 'pattern');
}

function numberFault(schema: ValueSchema, value: unknown): Fault | undefined {
  if (value === '' || value === null || value === undefined) return fault('required');
  const number = Number(value);
  if (!Number.isFinite(number)) return fault('number');
  if (schema.type === 'integer' && !Number.isInteger(number)) return fault('integer');
  if (number < (schema.minimum ?? -Infinity)) return fault('minimum', schema.minimum);
  if (number > (schema.maximum ?? Infinity)) return fault('maximum', schema.maximum);
  return undefined;
}

function listFault(schema: ValueSchema, value: unknown): Fault | undefined {
  if (!Array.isArray(value) || value.length < (schema.minItems ?? 0)) return fault('list', schema.minItems);
  if (value.length > (schema.maxItems ?? Infinity)) return fault('shape');
  for (const [index, item] of value.entries()) {
    const found = faultOf(schema.items ?? {}, item);
    if (found !== undefined) return within(index, found);
  }
  return undefined;
}

function objectFault(schema: ValueSchema, value: unknown): Fault | undefined {
  if (typeof value !== 'object' || value === null) return fault('shape');
  const fields = value as Record<string, unknown>;
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    if (fields[key] === undefined && schema.required?.includes(key) !== true) continue;
    const found = faultOf(field, fields[key]);
    if (found !== undefined) return within(key, found);
  }
  if (schema.if === undefined || schema.else === undefined) return undefined;
  return objectFault(schema.if, value) === undefined ? undefined : objectFault(schema.else, value);
}

function within(step: string | number, found: Fault): Fault {
  return { ...found, path: [step, ...found.path] };
}

function fault(key: Fault['key'], limit = 0): Fault {
  return { key, limit, path: [] };
}
