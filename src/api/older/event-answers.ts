import type { Caller, Scope } from '../../contracts/access.ts';
import { latestMoment, pageLimits, type IncidentSummary } from '../../contracts/api.ts';
import { assertMatches } from '../../contracts/guards.ts';
import { SentinelError } from '../../contracts/errors.ts';
import { nameLimit } from '../../contracts/messages.ts';
import {
  EventQuery,
  eventStatuses,
  EventVerdict,
  PendingQuery,
  simulateWait,
  type EventStatus,
} from '../../contracts/older-clients.ts';
import type { Call, Handlers } from '../call.ts';
import { longestCursor, readCursor } from '../cursor.ts';
import type { EvidenceAnswers } from '../evidence-answers.ts';
import { incidentId, keyOf, noIncident, type IncidentHost } from '../incident-answers.ts';
import { jsonBody } from '../json-body.ts';
import { Parameters } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { sendJson } from '../send.ts';
import type { Turns } from '../turns.ts';
import { eventOf, reviewsOf } from './event-words.ts';
import type { Simulated } from './simulated-event.ts';

export interface EventHost extends IncidentHost {
  /**
   * Writes down an incident of a camera that a test asks for, marked as such. Undefined: tests are not allowed here.
   * @param alert it is handed to the flow, which tells people; otherwise nobody is told.
   * @param waitMs so long it is looked at what becomes of that.
   * @throws Problem 404 for a camera that is not there, 409 where no flow would hear of it
   */
  simulate(source: string, scope: Scope, alert: { alert: boolean; waitMs: number }): Promise<Simulated> | undefined;
}

/** Answers clients of ViolenceSense: its events are our incidents. */
export class EventAnswers {
  readonly #host: EventHost;
  readonly #lists: Turns;
  readonly #evidence: EvidenceAnswers;
  readonly handlers = {
    listEvents: (call) => this.#list(call, Object.keys(EventQuery.properties)),
    listPendingEvents: (call) => this.#list(call, Object.keys(PendingQuery.properties), 'pending'),
    readEvent: (call) => this.#read(call),
    confirmEvent: (call) => this.#review(call, 'confirm'),
    dismissEvent: (call) => this.#review(call, 'dismiss'),
    readClip: (call) => this.#evidence.read(call, call.parts.clip?.slice(0, 32) ?? '', 'clip'),
    simulateEvent: (call) => this.#simulate(call),
  } satisfies Partial<Handlers>;

  constructor(host: EventHost, { lists, evidence }: { lists: Turns; evidence: EvidenceAnswers }) {
    this.#host = host;
    this.#lists = lists;
    this.#evidence = evidence;
  }

  /** @throws Problem 400, 503 */
  async #list({ request, response, caller }: Call, names: readonly string[], fixed?: EventStatus): Promise<void> {
    const given = new Parameters(request.url, names);
    const before = given.text('before', longestCursor);
    const site = given.text('site', nameLimit);
    const source = given.text('stream_id', nameLimit);
    const minimumSeverity = given.integer('minimumSeverity', 0, 3);
    const from = given.integer('from', 0, latestMoment);
    const to = given.integer('to', 0, latestMoment);
    const status = fixed ?? given.oneOf('status', eventStatuses);
    const asked = {
      limit: given.integer('limit', 1, pageLimits.most) ?? pageLimits.usual,
      ...(before === undefined ? {} : { before: readCursor(before) }),
      ...(site === undefined ? {} : { site }),
      ...(source === undefined ? {} : { source }),
      ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(status === undefined ? {} : { review: reviewsOf[status] }),
    };
    const { incidents, next } = await this.#lists.take(
      () => this.#host.incidents(asked, caller),
      keyOf('list', asked, caller),
    );
    sendJson(request, response, 200, { events: incidents.map(eventOf), ...(next === undefined ? {} : { next }) });
  }

  /** @throws Problem 404, 503 */
  async #read({ request, response, caller, parts }: Call): Promise<void> {
    sendJson(request, response, 200, eventOf(await this.#incident(incidentId(parts.event), caller)));
  }

  /** @throws Problem 400, 404, 413, 415, 422, 503 */
  async #review({ request, response, caller, parts }: Call, action: 'confirm' | 'dismiss'): Promise<void> {
    const id = incidentId(parts.event);
    const note = await noteIn(request);
    const reviewed = await this.#host.review(id, { action, ...(note === undefined ? {} : { note }) }, caller);
    if (reviewed === undefined) throw noIncident();
    sendJson(request, response, 200, eventOf(await this.#incident(id, caller)));
  }

  /** @throws Problem 400, 404, 503 */
  async #simulate({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, ['stream_id', 'alert', 'wait']);
    const source = given.text('stream_id', nameLimit);
    const alert = given.oneOf('alert', ['true', 'false']) === 'true';
    const waitMs = (given.integer('wait', 0, simulateWait.most) ?? simulateWait.usual) * 1000;
    const written = source === undefined ? undefined : this.#host.simulate(source, caller, { alert, waitMs });
    if (source === undefined) throw new Problem(400, 'The parameter stream_id names the camera.');
    if (written === undefined) throw new Problem(404, 'There is nothing here.');
    const { id, alert: followed } = await written;
    const event = eventOf(await this.#incident(id, caller));
    sendJson(request, response, 201, { ...event, ...(followed === undefined ? {} : { alert: followed }) });
  }

  async #incident(id: string, caller: Caller): Promise<IncidentSummary> {
    const incident = await this.#lists.take(() => this.#host.incident(id, caller), keyOf('one', id, caller));
    if (incident === undefined) throw noIncident();
    return incident;
  }
}

/** The note in a body that may be left out. */
async function noteIn(request: Call['request']): Promise<string | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && Number(length ?? 0) === 0) return undefined;
  const body = await jsonBody(request);
  try {
    assertMatches(EventVerdict, body, 'verdict');
  } catch (error) {
    if (error instanceof SentinelError) throw new Problem(422, error.message);
    throw error;
  }
  const note = (body as EventVerdictBody).note?.trim();
  return note === '' ? undefined : note;
}

interface EventVerdictBody {
  note?: string;
}
