import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Caller, Scope } from '../contracts/access.ts';
import type { PreparedExport } from '../contracts/api.ts';
import type { MadeBundle } from '../site/incident-exports.ts';
import type { Call, Handlers } from './call.ts';
import { incidentId, noIncident } from './incident-answers.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';
import { validSeconds, WaitingBundles } from './waiting-bundles.ts';

export interface ExportHost {
  /** Makes the bundle of an incident; undefined also for what the caller may not see. @throws Problem 403, 507 */
  exportIncident(id: string, scope: Scope): Promise<MadeBundle | undefined>;
  /** Writes down who got it. */
  note(caller: Caller, action: string, subject: string): void;
  /** A text that nobody can guess. */
  newSecret(): string;
}

/** Each packs and hashes in a thread of its own, takes room on the disk, and lasts as long as its reader is slow. One account has one of them at most. */
const mostAtOnce = 2;
const stalledAfterMs = 60_000;

/**
 * Answers who takes an incident away: with all its files, and what proves them. Programs get it in one go; a page has it made, and leads the
 * browser to it, so that a large file never lies in the memory of the page.
 */
export class ExportAnswers {
  readonly #host: ExportHost;
  readonly #waiting: WaitingBundles;
  readonly handlers = {
    exportIncident: (call) => this.#export(call),
    prepareExport: (call) => this.#prepare(call),
    readExport: (call) => this.#read(call),
  } satisfies Partial<Handlers>;
  readonly #underWay: Caller[] = [];

  constructor(host: ExportHost) {
    this.#host = host;
    this.#waiting = new WaitingBundles(() => host.newSecret());
  }

  /** @throws Problem 403, 404, 429, 503, 507 */
  async #export({ response, parts, caller }: Call): Promise<void> {
    const incident = incidentId(parts.incident);
    await this.#inTurn(caller, async () => {
      await this.#handOver(response, { bundle: await this.#made(incident, caller), incident, caller });
    });
  }

  /** @throws Problem 403, 404, 429, 503, 507 */
  async #prepare({ request, response, parts, caller }: Call): Promise<void> {
    const incident = incidentId(parts.incident);
    await this.#inTurn(caller, async () => {
      this.#waiting.makeRoom(caller);
      const bundle = await this.#made(incident, caller);
      const answer: PreparedExport = {
        ...{ export: this.#waiting.keep({ bundle, incident, caller }), expiresInSeconds: validSeconds },
        ...{ name: fileName(incident), bytes: bundle.bytes },
      };
      sendJson(request, response, 201, answer);
    });
  }

  /** @throws Problem 404 */
  async #read({ request, response, parts, caller }: Call): Promise<void> {
    if (request.method === 'HEAD') throw new Problem(404, 'This is fetched once: ask with GET.');
    const waiting = this.#waiting.take(parts.export ?? '', caller);
    if (waiting === undefined) throw new Problem(404, 'This export was fetched already, or nobody came for it.');
    await this.#handOver(response, waiting);
  }

  async #made(incident: string, caller: Caller): Promise<MadeBundle> {
    const made = await this.#host.exportIncident(incident, caller);
    if (made === undefined) throw noIncident();
    return made;
  }

  /** @throws Problem 429, 503 */
  async #inTurn(caller: Caller, run: () => Promise<void>): Promise<void> {
    if (this.#underWay.some(({ account }) => account !== undefined && account === caller.account)) {
      const more = { headers: { 'Retry-After': '5' }, code: 'ES_BUSY' } as const;
      throw new Problem(429, 'This account is exporting an incident already: one at a time.', more);
    }
    if (this.#underWay.length >= mostAtOnce) {
      throw new Problem(503, 'Other incidents are being exported.', { headers: { 'Retry-After': '5' } });
    }
    this.#underWay.push(caller);
    try {
      await run();
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(caller), 1);
    }
  }

  async #handOver(
    response: ServerResponse,
    { bundle, incident, caller }: { bundle: MadeBundle; incident: string; caller: Caller },
  ): Promise<void> {
    try {
      // Before the first byte: whoever breaks off has got a part of it.
      this.#host.note(caller, 'incident.export', incident);
      response.setTimeout(stalledAfterMs, () => response.destroy());
      response.writeHead(200, {
        'Content-Type': 'application/zip',
        'Content-Length': bundle.bytes,
        'Content-Disposition': `attachment; filename="${fileName(incident)}"`,
      });
      await pipeline(createReadStream(bundle.file), response);
    } finally {
      bundle.remove();
    }
  }
}

/** The id as far as every file system takes it. */
function fileName(id: string): string {
  return `incident-${id.replace(/[^\w-]/g, '').slice(0, 64)}.zip`;
}
