import type { TObject, TSchema } from 'typebox';
import type { Role } from '../../contracts/access.ts';

export const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** Who may use a route: a role, `nobody` in particular (it is open), or whoever signs what comes (`signature`). */
export type Needs = Role | 'nobody' | 'signature';

/** An answer that is no problem. */
export interface Answer {
  readonly description: string;
  readonly schema?: TSchema;
  /** Content type; `application/json` where there is a schema and nothing is said. */
  readonly type?: string;
}

export interface Body {
  readonly schema: TSchema;
  /** `application/json` where nothing is said. */
  readonly type?: string;
  readonly optional?: true;
}

/** A route as data: what dispatches, refuses, describes and tests it. */
export interface Route {
  readonly method: Method;
  /** Below the place where the API is mounted; `{name}` is one part of the path. */
  readonly path: string;
  /** Other spellings of the same, for older clients. */
  readonly also?: readonly string[];
  readonly group: string;
  readonly summary: string;
  readonly needs: Needs;
  /** Schemas of the parts of the path: one that does not fit is no such thing (404). */
  readonly parts?: Readonly<Record<string, TSchema>>;
  readonly query?: TObject;
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
  /** It changes what several people edit: If-Match with the tag of what somebody has seen keeps what others did since. */
  readonly guarded?: true;
  /** Problems of its own, beside what `problemsOf` adds. */
  readonly problems?: readonly number[];
}

/** Every status that is a problem and may come of a route. */
export function problemsOf({ needs, method, query, body, parts, guarded, problems = [] }: Route): number[] {
  const all = [
    ...[429, 500, 503, ...problems],
    ...(needs === 'nobody' ? [] : [401, 403]),
    ...(method === 'GET' ? [] : [403]),
    ...(guarded === undefined ? [] : [412]),
    ...(query === undefined ? [] : [400]),
    ...(parts === undefined ? [] : [404]),
    ...(body === undefined ? [] : [400, 408, 413, 415]),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Whether its answer carries an ETag, so that 304 may come instead. */
export function isTagged({ method, answers }: Route): boolean {
  return method === 'GET' && answers[200] !== undefined && answers[200].type === undefined;
}
