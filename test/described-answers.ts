import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { findPlace } from '../src/api/route-finder.ts';
import { isTagged, problemsOf, type Answer, type Method, type Route } from '../src/api/routes/route.ts';
import { routes } from '../src/api/routes/table.ts';
import { ApiProblem } from '../src/contracts/api.ts';
import { assertMatches } from '../src/contracts/guards.ts';

/** What any path may answer, whether it is one of ours or not. */
const anywhere = [401, 403, 404, 405, 429];

/** An answer as it left, path without query. */
export interface GivenAnswer {
  method: string;
  path: string;
  status: number;
  type: string;
  text: string;
}

/** Fails when the table of routes does not describe an answer of the API. */
export function assertDescribed({ method, path, status, type, text }: GivenAnswer): void {
  const what = `${method} ${path}: ${status}`;
  const id = findPlace(path)?.methods.get((method === 'HEAD' ? 'GET' : method) as Method);
  const route: Route | undefined = id && routes[id];
  if (status >= 400) {
    assert.ok(
      [...anywhere, ...(route === undefined ? [] : problemsOf(route))].includes(status),
      `${what} is not described`,
    );
    assert.equal(type, 'application/problem+json; charset=utf-8', what);
    if (method !== 'HEAD') assertMatches(ApiProblem, JSON.parse(text), `problem, ${what}`);
    return;
  }
  if (status === 304 && route !== undefined && isTagged(route)) return;
  const answer: Answer | undefined = route?.answers[status];
  assert.ok(answer !== undefined, `${what} is not described`);
  if (answer.schema === undefined || method === 'HEAD') return;
  if (answer.type === undefined) {
    assert.equal(type, 'application/json; charset=utf-8', what);
    assertMatches(answer.schema, JSON.parse(text), `described answer, ${what}`);
  } else assert.equal(type, answer.type, what);
}

/** Tells of the answer once it is whole; what is streamed in parts has no text. */
export function watchAnswer(
  { method = '', url = '' }: { method?: string | undefined; url?: string | undefined },
  response: ServerResponse,
  tell: (answer: GivenAnswer) => void,
): void {
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
  const [path = ''] = url.split('?', 1);
  response.end = ((...given: unknown[]) => {
    const [body] = given;
    const text = typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString() : '';
    tell({ method, path, status: response.statusCode, type: String(response.getHeader('content-type') ?? ''), text });
    return end(...given);
  }) as ServerResponse['end'];
}
