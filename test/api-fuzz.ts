import { request as httpRequest } from 'node:http';
import type { OpenApiDocument, Operation, Parameter } from '../src/api/openapi/document.ts';
import type { JsonSchema } from '../src/api/openapi/schema-references.ts';
import type { Random } from '../src/contracts/ports.ts';

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

export interface FuzzAnswer {
  status: number;
  type: string;
  text: string;
}

const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%ff',
  '%c0%ae',
  "' OR 1=1 --",
  '"; DROP TABLE incidents',
  '<script>alert(1)</script>',
  '\u202e\u0000\ufeff',
  '💥'.repeat(40),
  'x'.repeat(5000),
  '[]',
  '{}',
  'true',
  '9007199254740993',
] as const;
const oddBodies = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"__proto__":{"a":1}}',
  '['.repeat(5000),
  `{"a":"${'x'.repeat(20_000)}"}`,
  '\xff\xfe',
] as const;
const oddHeaders: readonly (readonly [string, string])[] = [
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', ''],
  ['range', 'bytes=0-'],
  ['range', `bytes=${'9'.repeat(400)}-`],
  ['range', 'bytes=-,-,-'],
  ['if-none-match', '*'],
  ['if-none-match', '"'.repeat(500)],
  ['if-range', 'W/"x"'],
  ['authorization', 'Bearer x'],
  ['authorization', `Basic ${'A'.repeat(2000)}`],
  ['cookie', 'a=b; '.repeat(200)],
  ['accept-encoding', 'gzip, br'],
  ['x-http-method-override', 'DELETE'],
  ['expect', 'nothing'],
  ['origin', 'https://evil.example'],
  ['sec-fetch-site', 'cross-site'],
  ['x-forwarded-for', '203.0.113.9'],
  ['transfer-encoding', 'chunked'],
];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'] as const;

/** Requests that nearly fit the document, with one or the other thing wrong: the same for the same random numbers. */
export class ApiFuzz {
  readonly #random: Random;
  readonly #document: OpenApiDocument;
  readonly #known: Readonly<Record<string, string>>;
  readonly #operations: readonly { method: string; path: string; operation: Operation }[];

  /** @param known something that there is, by the name of the part of a path that asks for it. */
  constructor(document: OpenApiDocument, random: Random, known: Readonly<Record<string, string>> = {}) {
    this.#document = document;
    this.#known = known;
    this.#random = random;
    this.#operations = Object.entries(document.paths).flatMap(([path, all]) =>
      Object.entries(all).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  next(): FuzzRequest {
    const { method, path, operation } = this.#one(this.#operations);
    const parts = operation.parameters.filter((parameter) => parameter.in === 'path');
    const filled = parts.reduce(
      (text, { name, schema }) => text.replace(`{${name}}`, () => this.#part(name, schema)),
      path,
    );
    const query = operation.parameters.filter((parameter) => parameter.in === 'query');
    const headers = Object.fromEntries(this.#some(oddHeaders, 0.04));
    const body = this.#body(operation);
    if (body !== undefined && !('content-type' in headers)) headers['content-type'] = 'application/json';
    return {
      method: this.#chance(0.1) ? this.#one(methods) : method,
      path: `${this.#chance(0.05) ? this.#bent(filled) : filled}${this.#query(query)}`,
      headers,
      body,
    };
  }

  #part(name: string, schema: JsonSchema): string {
    if (this.#chance(0.3)) return encodeURI(this.#one(oddTexts)).replace(/[?#]/g, '');
    const known = this.#known[name];
    if (known !== undefined && this.#chance(0.7)) return encodeURIComponent(known);
    return typeof schema.pattern === 'string' ? 'f'.repeat(32) : 'one';
  }

  #bent(path: string): string {
    return this.#one([
      `${path}/`,
      `/${path}`,
      `${path}/..`,
      `${path}%00`,
      path.toUpperCase(),
      path.replace('/api', '/api/../api'),
    ]);
  }

  #query(parameters: readonly Parameter[]): string {
    const given = this.#some(parameters, 0.5).map(({ name, schema }) => {
      const value = this.#chance(0.4) ? this.#one(oddTexts) : String(this.#value(schema));
      return `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`;
    });
    if (this.#chance(0.1)) given.push(`${encodeURIComponent(this.#one(oddTexts).toWellFormed())}=1`);
    return given.length === 0 ? '' : `?${given.join('&')}`;
  }

  #body({ requestBody }: Operation): Buffer | undefined {
    if (requestBody === undefined) return this.#chance(0.05) ? Buffer.from('{}') : undefined;
    if (this.#chance(0.3)) return Buffer.from(this.#one(oddBodies), 'latin1');
    const [content] = Object.values(requestBody.content ?? {});
    return Buffer.from(JSON.stringify(this.#value(content?.schema ?? {})));
  }

  /** Something that fits a schema, mostly. */
  #value(schema: JsonSchema, depth = 0): unknown {
    if (depth > 6 || this.#chance(0.08)) return this.#one([...oddTexts, null, 1e308, -0, [], {}, true]);
    const { $ref, enum: choices, const: only, anyOf, type, properties, items, minimum } = schema;
    if (typeof $ref === 'string') {
      return this.#value(this.#document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, depth + 1);
    }
    if (Array.isArray(choices)) return this.#one(choices as unknown[]);
    if (only !== undefined) return only;
    if (Array.isArray(anyOf)) return this.#value(this.#one(anyOf as JsonSchema[]), depth + 1);
    if (type === 'object') {
      const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
      return Object.fromEntries(this.#some(fields, 0.85).map(([name, field]) => [name, this.#value(field, depth + 1)]));
    }
    if (type === 'array') return [this.#value((items ?? {}) as JsonSchema, depth + 1)];
    if (type === 'boolean') return this.#chance(0.5);
    if (type === 'integer' || type === 'number')
      return (typeof minimum === 'number' ? minimum : 0) + Math.floor(this.#random() * 3);
    return this.#one(['one', 'front', 'home', 'a note', '2026-11-22']);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }

  #some<T>(all: readonly T[], share: number): T[] {
    const some = all.filter(() => this.#chance(share));
    // A handful of headers is enough to go wrong.
    return some.slice(0, 8);
  }
}

/** Whoever gets no answer for so long gets none any more. */
const patienceMs = 30_000;

/** Sends it as it stands; undefined when the server ended the connection without an answer, `hung` when nothing came at all. */
export function sendFuzz(
  address: string,
  { method, path, headers, body }: FuzzRequest,
): Promise<FuzzAnswer | undefined | 'hung'> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    let outgoing: ReturnType<typeof httpRequest>;
    try {
      outgoing = httpRequest({ hostname, port, method, path, agent: false, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        const done = (): void => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text });
        };
        response.once('end', done);
        response.once('error', done);
      });
    } catch {
      // Node's client itself refuses to send some of it.
      resolve(undefined);
      return;
    }
    outgoing.setTimeout(patienceMs, () => {
      resolve('hung');
      outgoing.destroy();
    });
    outgoing.once('error', () => {
      resolve(undefined);
    });
    outgoing.end(body);
  });
}
