/** What becomes of free text to somebody who has not written for a day: it is taken, refused at once, or taken and reported as failed. */
export type WindowRule = 'open' | 'refuse' | 'report';

const openMs = 24 * 3_600_000;

/** Who has written when, as far as that decides what may be sent to them. */
export class MessageWindows {
  rule: WindowRule;
  readonly #lastWords = new Map<string, number>();

  constructor(rule: WindowRule) {
    this.rule = rule;
  }

  /** Somebody has written, or pressed a button. */
  opened(by: string): void {
    this.#lastWords.set(by, performance.now());
  }

  /** As when a day has gone by since somebody, or anybody, wrote. */
  close(person?: string): void {
    if (person === undefined) this.#lastWords.clear();
    else this.#lastWords.delete(person);
  }

  /** What becomes of a message to a person. A template always goes. */
  ruleFor({ to, type }: { to: string; type: string }): WindowRule {
    const last = this.#lastWords.get(to) ?? -Infinity;
    return type === 'template' || performance.now() - last < openMs ? 'open' : this.rule;
  }
}
