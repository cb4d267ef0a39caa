import type { Rule } from '../../contracts/configs.ts';
import type { Match } from '../matching.ts';
import type { Truth } from './rule-expression.ts';

/** What was refused longer ago than this needs no mention. */
const worthMentionMs = 60_000;

/** Rules of one area that nothing but their expressions kept from holding, for the explanation of what is told. */
export class Refusals {
  /** By rule, of which there are at most a hundred: when. */
  readonly #latest = new Map<Rule, number>();
  readonly #faulty = new Set<Rule>();
  readonly #failing: (rule: Rule, why: string) => void;

  /** @param failing Told when an expression fails that did not before. */
  constructor(failing: (rule: Rule, why: string) => void) {
    this.#failing = failing;
  }

  note(rule: Rule, at: number, { holds, fault }: Truth): void {
    if (holds) this.#latest.delete(rule);
    else this.#latest.set(rule, at);
    if (fault === undefined) this.#faulty.delete(rule);
    else if (!this.#faulty.has(rule)) {
      this.#faulty.add(rule);
      this.#failing(rule, fault);
    }
  }

  /** Why rules above a match do not hold, although all that they ask for otherwise is there. */
  sentences({ severity, showings }: Match): string[] {
    const at = Math.max(...showings.map(({ signal }) => signal.capturedAt));
    return [...this.#latest]
      .filter(([rule, refusedAt]) => rule.severity > severity && Math.abs(at - refusedAt) <= worthMentionMs)
      .map(([{ severity: held, label, id }]) => {
        return `Severity ${held} (${label ?? id}) was held back: its expression is not true.`;
      });
  }
}
