import { nameLimit } from '../contracts/messages.ts';
import { longestSpanMs, type IncidentStatistics, type StatisticsQuery } from '../contracts/statistics.ts';
import type { StatisticsRequest } from '../evidence/statistics.ts';
import type { Call, Handlers } from './call.ts';
import { Parameters } from './parameters.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';
import { Turns } from './turns.ts';

/** What the API counts. */
export interface StatisticsHost {
  /** How incidents spread and how people answered. */
  statistics(asked: StatisticsRequest): Promise<IncidentStatistics>;
}

/** A quarter of a year of incidents takes the database some 100 ms, and what must be written down waits behind it. */
const countsAtATime = 1;
const latest = 8.64e15;

/** Answers who wants to look back. */
export class StatisticsAnswers {
  readonly #host: StatisticsHost;
  readonly #counts = new Turns(countsAtATime);
  readonly handlers = { readStatistics: (call) => this.#read(call) } satisfies Partial<Handlers>;

  constructor(host: StatisticsHost) {
    this.#host = host;
  }

  /** @throws Problem 400, 503 */
  async #read({ request, response, caller: { sources } }: Call): Promise<void> {
    const asked = { ...statisticsQuery(request.url), ...(sources === undefined ? {} : { sources }) };
    sendJson(request, response, 200, await this.#counts.take(() => this.#host.statistics(asked)));
  }
}

/** @throws Problem 400 */
function statisticsQuery(url: string | undefined): StatisticsQuery {
  const given = new Parameters(url, ['from', 'to', 'site']);
  const [from, to] = [given.integer('from', 0, latest), given.integer('to', 0, latest)];
  const site = given.text('site', nameLimit);
  if (from === undefined || to === undefined) throw new Problem(400, 'Both from and to are needed, in epoch ms.');
  if (to <= from) throw new Problem(400, 'to must be later than from.');
  if (to - from > longestSpanMs) throw new Problem(400, 'At most 93 days can be counted at once.');
  return { from, to, ...(site === undefined ? {} : { site }) };
}
