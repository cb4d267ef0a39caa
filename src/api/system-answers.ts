import type { HealthReport } from '../contracts/health.ts';
import type { Call, Handlers } from './call.ts';
import { sendJson, sendText } from './send.ts';

export interface SystemHost {
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

  async #health({ request, response }: Call): Promise<void> {
    sendJson(request, response, 200, await this.#host.health());
  }

  async #metrics({ request, response }: Call): Promise<void> {
    sendText(request, response, 'text/plain; version=0.0.4; charset=utf-8', await this.#host.metrics());
  }
}
