/** The part of JSON Schema that our contracts use. */
export interface Schema {
  type?: string;
  const?: string | number | boolean;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  patternProperties?: Readonly<Record<string, Schema>>;
  required?: readonly string[] | undefined;
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
  nodeType?: string;
}

/** Schemas that have a section of their own on the page: a field of that type links there. */
export type Sections = ReadonlyMap<Schema, string>;

/** What values a schema allows, in a few words of Markdown. */
export function typeWords(schema: Schema, sections: Sections = new Map()): string {
  const section = sections.get(schema);
  if (section !== undefined) return `[${section}](#${section.toLowerCase().replaceAll(' ', '-')})`;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((choice) => typeWords(choice, sections)).join(', ');
  switch (schema.type) {
    case 'array':
      return `list of ${typeWords(schema.items ?? {}, sections)}`;
    case 'object':
      return objectWords(schema, sections);
    case 'number':
    case 'integer':
      return `${schema.type}${rangeWords(schema)}`;
    case undefined:
      return 'anything';
    default:
      return schema.type;
  }
}

function objectWords(schema: Schema, sections: Sections): string {
  const [values] = Object.values(schema.patternProperties ?? {});
  if (values !== undefined) return `object of ${typeWords(values, sections)}`;
  return `{ ${Object.keys(schema.properties ?? {}).join(', ')} }`;
}

function rangeWords({ minimum, maximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` from ${minimum}`;
  return '';
}

/** A Markdown table; prettier aligns it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The fields of an object schema as a table. */
export function fieldTable(schema: Schema, sections: Sections, leaveOut: readonly string[] = []): string {
  const rows = Object.entries(schema.properties ?? {})
    .filter(([name]) => !leaveOut.includes(name))
    .map(([name, field]) => [
      `\`${name}\`${schema.required?.includes(name) === true ? '' : '?'}`,
      typeWords(field, sections),
      field.description ?? '',
    ]);
  return table(['field', 'type', 'meaning'], rows);
}
