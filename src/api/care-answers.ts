import type { IncomingMessage } from 'node:http';
import type { Caller, Scope } from '../contracts/access.ts';
import type { NodeSettings } from '../contracts/node-settings.ts';
import { SiteChoice, type SiteRetention, type SiteVerification } from '../contracts/site-care.ts';
import { bodyAs } from './access/account-problems.ts';
import type { Call, Handlers } from './call.ts';
import { jsonBody } from './json-body.ts';
import { listPage, pageParameters } from './list-page.ts';
import { Parameters } from './parameters.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';
import { Turns } from './turns.ts';
import { chosenSite } from './whole-site.ts';

/** A site whose evidence is looked after. */
export interface CaredSite {
  readonly id: string;
  /** The one under way, else the last one, also of before a restart. */
  verification(): Promise<SiteVerification>;
  isVerifying(): boolean;
  /** @returns false when one is under way. */
  verify(by: string): boolean;
  /** @throws SentinelError ES_DATABASE */
  retention(): Promise<SiteRetention>;
}

export interface CareHost {
  /** Those of which the caller may see something. */
  caredSites(scope: Scope): readonly CaredSite[];
  /** Those of which the caller may see everything. */
  wholeSites(scope: Scope): readonly CaredSite[];
  /** The nodes of the running flow, without secrets. */
  settings(): readonly NodeSettings[];
  note(caller: Caller, action: string, subject?: string): void;
}

/** To know what has to make room, the database counts all files. */
const plansAtATime = 1;

/** Answers who looks after the evidence and the installation. */
export class CareAnswers {
  readonly #host: CareHost;
  readonly #plans = new Turns(plansAtATime);
  readonly handlers = {
    readVerification: async ({ request, response, caller }) => {
      const sites = await Promise.all(this.#host.wholeSites(caller).map((site) => site.verification()));
      sendJson(request, response, 200, { sites });
    },
    verifyEvidence: (call) => this.#verify(call),
    readRetention: (call) => this.#retention(call),
    readConfig: ({ request, response, caller }) => {
      if (caller.sources !== undefined)
        throw new Problem(403, 'Settings are of everything: this needs to see everything.');
      const { rows: nodes, paging } = listPage(new Parameters(request.url, pageParameters), this.#host.settings());
      sendJson(request, response, 200, { nodes, ...paging });
    },
  } satisfies Partial<Handlers>;

  constructor(host: CareHost) {
    this.#host = host;
  }

  /** @throws Problem 400, 403, 404, 409, 413, 415, 422 */
  async #verify({ request, response, caller }: Call): Promise<void> {
    const { site: id } = await choiceIn(request);
    const site = chosenSite(this.#host.caredSites(caller), id, caller);
    // One thread at a time reads all that there is.
    const all = this.#host.caredSites({});
    if (all.some((one) => one.isVerifying()) || !site.verify(caller.name)) {
      throw new Problem(409, 'Evidence is being verified already.');
    }
    this.#host.note(caller, 'evidence.verify', site.id);
    sendJson(request, response, 202, await site.verification());
  }

  /** @throws Problem 503 */
  async #retention({ request, response, caller }: Call): Promise<void> {
    const key = JSON.stringify(caller.sources ?? null);
    const sites = await this.#plans.take(
      () => Promise.all(this.#host.wholeSites(caller).map((site) => site.retention())),
      key,
    );
    sendJson(request, response, 200, { sites });
  }
}

/** Without a body: the only one that is open. @throws Problem 400, 413, 415, 422 */
async function choiceIn(request: IncomingMessage): Promise<SiteChoice> {
  if (request.headers['content-type'] === undefined) return {};
  return bodyAs(SiteChoice, await jsonBody(request), 'choice of a site');
}
