import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Caller, Scope } from '../contracts/access.ts';
import type { MadeBundle } from '../site/incident-exports.ts';
import type { Call, Handlers } from './call.ts';
import { incidentId, noIncident } from './incident-answers.ts';
import { Problem } from './problem.ts';

export interface ExportHost {
  /** Makes the bundle of an incident; undefined also for what the caller may not see. @throws Problem 403, 507 */
  exportIncident(id: string, scope: Scope): Promise<MadeBundle | undefined>;
  /** Writes down who got it. */
  note(caller: Caller, action: string, subject: string): void;
}

/** Each packs and hashes in a thread of its own, takes room on the disk, and lasts as long as its reader is slow. One account has one of them at most. */
const mostAtOnce = 2;
const stalledAfterMs = 60_000;

/** Answers who takes an incident away: with all its files, and what proves them. */
export class ExportAnswers {
  readonly #host: ExportHost;
  readonly handlers = { exportIncident: (call) => this.#export(call) } satisfies Partial<Handlers>;
  readonly #underWay: Caller[] = [];

  constructor(host: ExportHost) {
    this.#host = host;
  }

  /** @throws Problem 403, 404, 429, 503, 507 */
  async #export({ response, parts, caller }: Call): Promise<void> {
    const id = incidentId(parts.incident);
    if (this.#underWay.some(({ account }) => account !== undefined && account === caller.account)) {
      const more = { headers: { 'Retry-After': '5' }, code: 'ES_BUSY' } as const;
      throw new Problem(429, 'This account is exporting an incident already: one at a time.', more);
    }
    if (this.#underWay.length >= mostAtOnce) {
      throw new Problem(503, 'Other incidents are being exported.', { headers: { 'Retry-After': '5' } });
    }
    this.#underWay.push(caller);
    try {
      const made = await this.#host.exportIncident(id, caller);
      if (made === undefined) throw noIncident();
      try {
        // Before the first byte: whoever breaks off has got a part of it.
        this.#host.note(caller, 'incident.export', id);
        response.setTimeout(stalledAfterMs, () => response.destroy());
        response.writeHead(200, {
          'Content-Type': 'application/zip',
          'Content-Length': made.bytes,
          'Content-Disposition': `attachment; filename="${fileName(id)}"`,
        });
        await pipeline(createReadStream(made.file), response);
      } finally {
        made.remove();
      }
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(caller), 1);
    }
  }
}

/** The id as far as every file system takes it. */
function fileName(id: string): string {
  return `incident-${id.replace(/[^\w-]/g, '').slice(0, 64)}.zip`;
}
