/** When something that flickers counts as there. Looks follow each other; each shows it or does not. */
export type Confirmation =
  /** `n` of the last `of` looks; n = of asks for looks in a row. With `seconds`, older looks do not count. */
  | { n: number; of: number; seconds?: number }
  /** A share (0..1) of the looks of the last `seconds`, of which there must be `atLeast` so many. */
  | { share: number; seconds: number; atLeast: number };

export interface Confirmed {
  holds: boolean;
  /** Looks that showed it, of how many that count. */
  n: number;
  of: number;
}

/** Looks that are remembered at most, whatever the rule says. */
const looksLimit = 1024;

/** Counts looks by one rule: what was seen once by mistake does not hold, and what was missed once does not end. */
export class Confirmer {
  readonly #rule: Confirmation;
  readonly #longest: number;
  readonly #looks: { at: number; shows: boolean }[] = [];
  #n = 0;

  constructor(rule: Confirmation) {
    this.#rule = rule;
    this.#longest = 'of' in rule ? Math.min(looksLimit, Math.max(rule.n, rule.of)) : looksLimit;
  }

  /** @param at Milliseconds on any clock; looks that a clock set back leaves in the future are forgotten where time counts. */
  add(at: number, shows: boolean): Confirmed {
    this.#looks.push({ at, shows });
    if (shows) this.#n += 1;
    const { seconds = Infinity } = this.#rule;
    for (let [first] = this.#looks; first !== undefined; [first] = this.#looks) {
      const isTimely = seconds === Infinity || (first.at <= at && at - first.at <= seconds * 1000);
      if (isTimely && this.#looks.length <= this.#longest) break;
      this.#looks.shift();
      if (first.shows) this.#n -= 1;
    }
    return this.state;
  }

  get state(): Confirmed {
    const [n, of, rule] = [this.#n, this.#looks.length, this.#rule];
    const holds = 'n' in rule ? n >= rule.n : of > 0 && of >= rule.atLeast && n / of >= rule.share;
    return { holds, n, of };
  }
}
