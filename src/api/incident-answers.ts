import type { Caller, Scope } from '../contracts/access.ts';
import {
  incidentFilters,
  IncidentQuery,
  latestMoment,
  mostParts,
  longestText,
  pageLimits,
  PartsQuery,
  reviewStates,
  type IncidentPage,
  type IncidentSummary,
  type ReviewRecord,
} from '../contracts/api.ts';
import type { IncidentCourse } from '../contracts/course.ts';
import { SentinelError } from '../contracts/errors.ts';
import { readReview } from '../contracts/guards.ts';
import { reviewNote } from '../contracts/review-states.ts';
import { nameLimit } from '../contracts/messages.ts';
import type { ListRequest } from '../evidence/incident-list.ts';
import type { Call, Handlers } from './call.ts';
import { longestCursor, readCursor } from './cursor.ts';
import { assertUnchanged, EditTurns, isConditional } from './edits.ts';
import { jsonBody } from './json-body.ts';
import { Parameters } from './parameters.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';
import { Turns } from './turns.ts';

/** The incidents that the API serves: of every open Site, what the caller may see. What is not theirs is not there. */
export interface IncidentHost {
  /** A page; `next` is set when there are more. */
  incidents(request: Omit<ListRequest, 'scope'>, scope: Scope): Promise<IncidentPage>;
  incident(id: string, scope: Scope): Promise<IncidentSummary | undefined>;
  /** What was said and told of it. */
  course(id: string, scope: Scope): Promise<IncidentCourse | undefined>;
  /** Writes down who said something of it. */
  note(caller: Caller, action: string, subject: string): void;
  /** `added` says whether this call wrote it; undefined for an unknown incident. */
  review(
    id: string,
    request: ReturnType<typeof readReview>,
    by: Caller,
  ): Promise<{ record: ReviewRecord; added: boolean } | undefined>;
}

/** Reading a long history takes the database some 100 ms, and what must be written down waits behind it. */
const listsAtATime = 2;

/** Answers who reads and reviews incidents. */
export class IncidentAnswers {
  readonly #host: IncidentHost;
  readonly #edits = new EditTurns();
  /** Of all that read the history. */
  readonly lists = new Turns(listsAtATime);
  readonly handlers = {
    listIncidents: (call) => this.#list(call),
    readIncident: (call) => this.#read(call),
    listIncidentSignals: (call) => this.#parts(call, 'signals'),
    listIncidentMedia: (call) => this.#parts(call, 'evidence'),
    readIncidentCourse: (call) => this.#course(call),
    reviewIncident: (call) => this.#review(call),
  } satisfies Partial<Handlers>;

  constructor(host: IncidentHost) {
    this.#host = host;
  }

  /** @throws Problem 400, 503 */
  async #list({ request, response, caller }: Call): Promise<void> {
    const asked = listRequest(request.url);
    sendJson(
      request,
      response,
      200,
      await this.lists.take(() => this.#host.incidents(asked, caller), keyOf('list', asked, caller)),
    );
  }

  /** @throws Problem 404, 503 */
  async #read({ request, response, parts, caller }: Call): Promise<void> {
    const id = incidentId(parts.incident);
    const incident = await this.lists.take(() => this.#host.incident(id, caller), keyOf('one', id, caller));
    if (incident === undefined) throw noIncident();
    // What is seen and heard goes on; what people say of it is what they edit.
    sendJson(request, response, 200, incident, incident.review);
  }

  /** A page of what belongs to an incident. @throws Problem 400, 404, 503 */
  async #parts({ request, response, parts, caller }: Call, which: 'signals' | 'evidence'): Promise<void> {
    const given = new Parameters(request.url, Object.keys(PartsQuery.properties));
    const after = given.integer('after', 0, mostParts) ?? 0;
    const limit = given.integer('limit', 1, pageLimits.most) ?? pageLimits.usual;
    const id = incidentId(parts.incident);
    const incident = await this.lists.take(() => this.#host.incident(id, caller), keyOf('one', id, caller));
    if (incident === undefined) throw noIncident();
    const all = incident[which];
    const items = all.slice(after, after + limit);
    const next = after + limit < all.length ? { next: after + limit } : {};
    sendJson(request, response, 200, { items, total: all.length, ...next });
  }

  /** @throws Problem 404, 503 */
  async #course({ request, response, parts, caller }: Call): Promise<void> {
    const id = incidentId(parts.incident);
    const course = await this.lists.take(() => this.#host.course(id, caller), keyOf('course', id, caller));
    if (course === undefined) throw noIncident();
    sendJson(request, response, 200, course);
  }

  /** Keeps the review in a body. @throws Problem 400, 404, 412, 413, 415, 422 */
  async #review({ request, response, parts, caller }: Call): Promise<void> {
    const id = incidentId(parts.incident);
    const body = await jsonBody(request);
    const asked = asReview(body);
    const reviewed = await this.#edits.take(id, async () => {
      const incident = isConditional(request) ? await this.#host.incident(id, caller) : undefined;
      if (incident !== undefined) assertUnchanged(request, incident.review);
      return await this.#host.review(id, asked, caller);
    });
    if (reviewed === undefined) throw noIncident();
    this.#host.note(caller, reviewNote(asked.action), id);
    sendJson(request, response, reviewed.added ? 201 : 200, reviewed.record);
  }
}

/** What is asked and by whom it may be seen: the same of both has the same answer. */
export function keyOf(kind: 'list' | 'one' | 'course', asked: unknown, { sources }: Scope): string {
  return JSON.stringify([kind, asked, sources]);
}

const parameters = Object.keys(IncidentQuery.properties);

/** What a request for the list asks for. @throws Problem 400 */
export function listRequest(url: string | undefined): ListRequest {
  const given = new Parameters(url, parameters);
  const before = given.text('before', longestCursor);
  const minimumSeverity = given.integer('minimumSeverity', 0, 3);
  const severity = given.integer('severity', 0, 3);
  const site = given.text('site', nameLimit);
  const area = given.text('area', nameLimit);
  const source = given.text('source', nameLimit);
  const label = given.text('label', longestText);
  const state = given.oneOf('state', incidentFilters);
  const review = given.oneOf('review', reviewStates);
  const from = given.integer('from', 0, latestMoment);
  const to = given.integer('to', 0, latestMoment);
  const text = given.text('text', longestText);
  return {
    limit: given.integer('limit', 1, pageLimits.most) ?? pageLimits.usual,
    ...(before === undefined ? {} : { before: readCursor(before) }),
    ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
    ...(severity === undefined ? {} : { severity }),
    ...(site === undefined ? {} : { site }),
    ...(area === undefined ? {} : { area }),
    ...(source === undefined ? {} : { source }),
    ...(label === undefined ? {} : { label }),
    ...(state === undefined ? {} : { state }),
    ...(review === undefined ? {} : { review }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(text === undefined ? {} : { text }),
  };
}

/** The id in a path, decoded. It is only ever compared with ids. @throws Problem 404 for what no id can be. */
export function incidentId(part = ''): string {
  let id = '';
  try {
    id = decodeURIComponent(part);
  } catch {
    // Not a text: no id either.
  }
  if (id === '' || id.length > nameLimit) throw noIncident();
  return id;
}

export function noIncident(): Problem {
  return new Problem(404, 'There is no such incident.');
}

function asReview(body: unknown): ReturnType<typeof readReview> {
  try {
    return readReview(body);
  } catch (error) {
    if (error instanceof SentinelError) throw new Problem(422, error.message);
    throw error;
  }
}
