import type { Caller, Scope } from '../contracts/access.ts';
import type { EvidenceItem } from '../contracts/messages.ts';
import type { Call, Handlers } from './call.ts';
import { answerEvidence } from './evidence-answer.ts';
import { Problem } from './problem.ts';

export interface EvidenceHost {
  /** The piece of evidence of an id and the absolute path of its file; undefined also for what the caller may not see. */
  evidence(id: string, scope: Scope): Promise<{ item: EvidenceItem; file: string } | undefined>;
  /** Writes down who read it. */
  note(caller: Caller, action: string, subject: string): void;
}

/** Each holds a file open and may last as long as its reader is slow. */
const mostAtOnce = 32;

/** Answers who reads files of incidents. */
export class EvidenceAnswers {
  readonly #host: EvidenceHost;
  readonly handlers = {
    readEvidence: (call) => this.read(call, call.parts.evidence ?? ''),
  } satisfies Partial<Handlers>;
  #underWay = 0;

  constructor(host: EvidenceHost) {
    this.#host = host;
  }

  /** @param type only a file of this type is there. @throws Problem 404, 416, 503 */
  async read({ request, response, caller }: Call, id: string, type?: EvidenceItem['type']): Promise<void> {
    if (this.#underWay >= mostAtOnce) {
      throw new Problem(503, 'Too much evidence is being read at once.', { headers: { 'Retry-After': '5' } });
    }
    this.#underWay += 1;
    try {
      const found = await this.#host.evidence(id, caller);
      if (found === undefined || (type !== undefined && found.item.type !== type))
        throw new Problem(404, 'There is no such evidence.');
      try {
        await answerEvidence(request, response, found);
      } finally {
        // Lists show thumbnails by the dozen, and players fetch a clip in parts: its beginning is the reading of it, whoever breaks off.
        const isBegin = /^bytes=[1-9]/.exec(request.headers.range ?? '') === null;
        const isRead = response.headersSent && found.item.type !== 'thumbnail' && isBegin;
        if (isRead) this.#host.note(caller, 'evidence.read', id);
      }
    } finally {
      this.#underWay -= 1;
    }
  }
}
