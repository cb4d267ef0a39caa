import type { RuleMark } from '../../contracts/rule-trial.ts';
import type { Match } from '../matching.ts';

/** Marks of one rule; beyond it, neighbours become one. */
const markLimit = 400;

/** When each rule of a list held, for a time line: what follows close upon it is one mark. */
export class RuleMarks {
  readonly #marks: RuleMark[][];
  readonly #gapMs: number;

  /** @param gapMs What lies closer together than this cannot be told apart where it is shown. */
  constructor(rules: number, gapMs: number) {
    this.#marks = Array.from({ length: rules }, () => []);
    this.#gapMs = gapMs;
  }

  get list(): RuleMark[][] {
    return this.#marks;
  }

  readonly note = (matches: readonly Match[], now: number): void => {
    for (const order of new Set(matches.map((match) => match.order))) {
      const marks = this.#marks[order];
      const last = marks?.at(-1);
      if (last !== undefined && (now - last.to <= this.#gapMs || (marks?.length ?? 0) >= markLimit)) {
        last.to = Math.max(last.to, now);
        last.times += 1;
      } else marks?.push({ from: now, to: now, times: 1 });
    }
  };
}
