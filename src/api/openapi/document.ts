import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import { roles } from '../../contracts/access.ts';
import { LiveQuery } from '../../contracts/api.ts';
import { isTagged, problemsOf, type Answer, type Body, type Route } from '../routes/route.ts';
import { routes } from '../routes/table.ts';
import { namedSchemas, referred, type JsonSchema } from './schema-references.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface Content {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  /** Who may use it, as the table of routes says. */
  readonly 'x-needs': string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: object };
  /** OpenAPI has no words for WebSockets. */
  readonly 'x-websockets': Readonly<Record<string, object>>;
}

const securitySchemes = {
  nodeRed: { type: 'http', scheme: 'basic', description: 'The login of Node-RED, httpNodeAuth in its settings.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'echosight',
    description: 'Of an account; over TLS it is `__Host-echosight`.',
  },
  token: { type: 'http', scheme: 'bearer', description: 'Of an account, for programs.' },
};

const description = `Incidents, evidence, cameras and sound of EchoSight Sentinel. Without a login only the machine itself is answered.
Roles are ${roles.join(', ')}, each with all that the one before it may. Times are epoch milliseconds.
Lists come in pages: hand \`next\` of one page back to get the next. Errors are problems (RFC 9457), never HTML.`;

/**
 * The description of every route, made of the table that answers them.
 * @param place path below which they are mounted, such as `/echosight`.
 */
export function openApiDocument(version: string, place: string): OpenApiDocument {
  const all = Object.entries(routes) as [string, Route][];
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [id, route] of all) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(id, route);
  return {
    openapi: '3.1.0',
    info: { title: 'EchoSight Sentinel', version, description },
    servers: [{ url: place === '' ? '/' : place }],
    tags: [...new Set(all.map(([, { group }]) => group))].map((name) => ({ name })),
    paths,
    components: { schemas: namedSchemas(), securitySchemes },
    'x-websockets': {
      '/api/v1/live': socket('Tells every stored change.', ['LiveHello', 'LiveIncident', 'LiveArming', 'LiveStream']),
      '/api/v1/ws': socket('The same in the words of ViolenceSense.', ['LiveHello', 'EventMessage']),
    },
  };
}

function socket(summary: string, messages: readonly string[]): object {
  return {
    summary: `${summary} Fetch a ticket first.`,
    query: referred(LiveQuery),
    messages: messages.map((name) => ({ $ref: `#/components/schemas/${name}` })),
  };
}

function operation(id: string, route: Route): Operation {
  const { group, summary, needs, body, answers } = route;
  return {
    operationId: id,
    tags: [group],
    summary,
    'x-needs': needs,
    security: needs === 'nobody' || needs === 'signature' ? [] : [{ nodeRed: [] }, { session: [] }, { token: [] }],
    parameters: [...partsOf(route), ...queryOf(route), ...(route.guarded === true ? [ifMatch] : [])],
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([code, answer]) => [code, response(answer)])),
      ...(isTagged(route) ? { 304: { description: 'Still what the tag of If-None-Match stands for.' } } : {}),
      ...Object.fromEntries(problemsOf(route).map((code) => [code, problem(code)])),
    },
  };
}

const ifMatch: Parameter = {
  ...{ name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } },
  description:
    'The ETag with which it was read: 412 where somebody else has changed it since. Without it, it is changed in any case.',
};

function partsOf({ path, parts = {} }: Route): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => parameter(name, 'path', parts[name], true));
}

function queryOf({ query }: Route): Parameter[] {
  const required: readonly string[] = query?.required ?? [];
  const fields = Object.entries<TSchema>(query?.properties ?? {});
  return fields.map(([name, schema]) => parameter(name, 'query', schema, required.includes(name)));
}

function parameter(name: string, place: Parameter['in'], schema: TSchema | undefined, required: boolean): Parameter {
  const { description, ...plain } = schema === undefined ? { type: 'string' } : referred(schema);
  return {
    ...{ name, in: place, required, schema: plain },
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function requestBody({ schema, type = 'application/json', optional }: Body): NonNullable<Operation['requestBody']> {
  return { required: optional !== true, content: { [type]: { schema: referred(schema) } } };
}

function response({ description, schema, type }: Answer): Content {
  if (schema === undefined && type === undefined) return { description };
  const content = schema === undefined ? {} : { schema: referred(schema) };
  return { description, content: { [type ?? 'application/json']: content } };
}

function problem(code: number): Content {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description: STATUS_CODES[code] ?? 'Problem', content: { 'application/problem+json': { schema } } };
}
