import type { IncomingMessage } from 'node:http';
import { maySee, maySeeSite, type Caller, type Scope } from '../contracts/access.ts';
import type { HealthReport } from '../contracts/health.ts';
import type { Call, Handlers, OpenCall } from './call.ts';
import { Problem } from './problem.ts';
import { sendJson, sendText } from './send.ts';

export interface SystemHost {
  caller(request: IncomingMessage): Promise<Caller | undefined>;
  health(): Promise<HealthReport>;
  /** Prometheus text exposition. */
  metrics(): Promise<string>;
}

/** Answers who watches over the installation. */
export class SystemAnswers {
  readonly #host: SystemHost;
  readonly handlers = {
    readHealth: (call) => this.#health(call),
    readMetrics: (call) => this.#metrics(call),
  } satisfies Partial<Handlers>;

  constructor(host: SystemHost) {
    this.#host = host;
  }

  /** Whoever is not logged in learns that it lives, and whether all is well. @throws Problem 403 while there are no accounts. */
  async #health({ request, response }: OpenCall): Promise<void> {
    const caller = await this.#host.caller(request);
    const report = await this.#host.health();
    sendJson(request, response, 200, caller === undefined ? { status: report.status } : scoped(caller, report));
  }

  /** @throws Problem 403 */
  async #metrics({ request, response, caller }: Call): Promise<void> {
    if (caller.sources !== undefined)
      throw new Problem(403, 'Metrics are of everything: this needs to see everything.');
    sendText(request, response, 'text/plain; version=0.0.4; charset=utf-8', await this.#host.metrics());
  }
}

function scoped(scope: Scope, report: HealthReport): HealthReport {
  const sites = report.sites.filter(({ site }) => maySeeSite(scope, site));
  return {
    ...report,
    sites: sites.map((site) => ({
      ...site,
      sources: site.sources.filter(({ source }) => maySee(scope, site.site, source)),
    })),
  };
}
