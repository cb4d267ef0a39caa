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
/** Of one account: nobody who reads slowly keeps the others from it. */
const mostOfAccount = 16;
/** Who has read what lately, so that the parts of a clip are one reading. */
const mostRemembered = 1000;

/** Answers who reads files of incidents. */
export class EvidenceAnswers {
  readonly #host: EvidenceHost;
  readonly handlers = {
    readEvidence: (call) => this.read(call, call.parts.evidence ?? ''),
  } satisfies Partial<Handlers>;
  readonly #underWay: Caller[] = [];
  readonly #read = new Set<string>();

  constructor(host: EvidenceHost) {
    this.#host = host;
  }

  /** @param type only a file of this type is there. @throws Problem 404, 416, 503 */
  async read({ request, response, caller }: Call, id: string, type?: EvidenceItem['type']): Promise<void> {
    const own = this.#underWay.filter(({ account }) => account !== undefined && account === caller.account);
    if (this.#underWay.length >= mostAtOnce || own.length >= mostOfAccount) {
      throw new Problem(503, 'Too much evidence is being read at once.', { headers: { 'Retry-After': '5' } });
    }
    this.#underWay.push(caller);
    try {
      const found = await this.#host.evidence(id, caller);
      if (found === undefined || (type !== undefined && found.item.type !== type))
        throw new Problem(404, 'There is no such evidence.');
      try {
        await answerEvidence(request, response, found);
      } finally {
        // Lists show thumbnails by the dozen, and players fetch a clip in parts: who breaks off, or begins later, has read it, too.
        const isBegin = /^bytes=[1-9]/.exec(request.headers.range ?? '') === null;
        const isRead = response.headersSent && found.item.type !== 'thumbnail';
        if (isRead && (this.#isNews(`${caller.name} ${id}`) || isBegin)) this.#host.note(caller, 'evidence.read', id);
      }
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(caller), 1);
    }
  }

  #isNews(reading: string): boolean {
    const isNews = !this.#read.delete(reading);
    this.#read.add(reading);
    const [oldest] = this.#read;
    if (this.#read.size > mostRemembered && oldest !== undefined) this.#read.delete(oldest);
    return isNews;
  }
}
