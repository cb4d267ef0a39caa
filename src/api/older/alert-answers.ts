import { pageLimits } from '../../contracts/api.ts';
import { nameLimit } from '../../contracts/messages.ts';
import { AlertQuery } from '../../contracts/older-clients.ts';
import type { Call, Handlers } from '../call.ts';
import { longestCursor, readCursor } from '../cursor.ts';
import { incidentId, keyOf, noIncident, type IncidentHost } from '../incident-answers.ts';
import { Parameters } from '../parameters.ts';
import { sendJson } from '../send.ts';
import type { Turns } from '../turns.ts';
import { alertOf } from './event-words.ts';

/** Answers clients of the first EchoSight: its alerts are our incidents. */
export class AlertAnswers {
  readonly #host: IncidentHost;
  readonly #lists: Turns;
  readonly handlers = {
    listAlerts: (call) => this.#list(call),
    acknowledgeAlert: (call) => this.#acknowledge(call),
  } satisfies Partial<Handlers>;

  constructor(host: IncidentHost, lists: Turns) {
    this.#host = host;
    this.#lists = lists;
  }

  /** @throws Problem 400, 503 */
  async #list({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, Object.keys(AlertQuery.properties));
    const before = given.text('before', longestCursor);
    const site = given.text('site', nameLimit);
    const severity = given.integer('severity', 0, 3);
    const asked = {
      limit: given.integer('limit', 1, pageLimits.most) ?? pageLimits.usual,
      ...(before === undefined ? {} : { before: readCursor(before) }),
      ...(site === undefined ? {} : { site }),
      ...(severity === undefined ? {} : { severity }),
    };
    const { incidents, next } = await this.#lists.take(
      () => this.#host.incidents(asked, caller),
      keyOf('list', asked, caller),
    );
    sendJson(request, response, 200, { alerts: incidents.map(alertOf), ...(next === undefined ? {} : { next }) });
  }

  /** @throws Problem 404, 503 */
  async #acknowledge({ request, response, caller, parts }: Call): Promise<void> {
    const reviewed = await this.#host.review(incidentId(parts.alert), { action: 'acknowledge' }, caller);
    if (reviewed === undefined) throw noIncident();
    sendJson(request, response, 200, { ok: true });
  }
}
