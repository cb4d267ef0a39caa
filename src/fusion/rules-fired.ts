import type { Rule } from '../contracts/configs.ts';
import { mostGrounds, type FiredRule } from '../contracts/messages.ts';
import { capitalised, words } from './condition-words.ts';
import type { Tally } from './explanation.ts';
import { reasonOf, type Match } from './matching.ts';

interface Fired {
  name: string;
  severity: number;
  firstAt: number;
  /** Keys of the signals on which it stands. */
  grounds: Set<string>;
}

/** Which rules held in one incident: no more than the node has. */
export class RulesFired {
  readonly #fired = new Map<Rule, Fired>();
  readonly #node: string | undefined;

  /** @param node id of the fuse-severity, if it is one that judges */
  constructor(node?: string) {
    this.#node = node;
  }

  /** @returns what takes the keys of the signals on which the rule stands now */
  note(match: Match): (key: string) => void {
    const known = this.#fired.get(match.rule) ?? this.#begin(match);
    if (match.severity > known.severity) known.severity = match.severity;
    const { grounds } = known;
    return (key) => {
      if (grounds.size < mostGrounds) grounds.add(key);
    };
  }

  /** @param best the rule that the incident stands on: it comes first. */
  list(best: Rule, tallies: ReadonlyMap<string, Tally>): FiredRule[] {
    const rules = [...this.#fired].sort(([one], [other]) => Number(other === best) - Number(one === best));
    return rules.map(([{ id }, { name, severity, firstAt, grounds }]) => ({
      ...{ id, ...(this.#node === undefined ? {} : { node: this.#node }), name, severity, firstAt },
      signals: [...grounds].flatMap((key) => {
        const tally = tallies.get(key);
        return tally === undefined ? [] : [{ kind: tally.kind, label: tally.label, source: tally.source }];
      }),
    }));
  }

  #begin(match: Match): Fired {
    const { rule, severity, showings } = match;
    const fired = {
      name: rule.label === undefined || rule.label === '' ? capitalised(words(reasonOf(match))) : rule.label,
      severity,
      firstAt: Math.max(...showings.map(({ signal }) => signal.capturedAt)),
      grounds: new Set<string>(),
    };
    this.#fired.set(rule, fired);
    return fired;
  }
}
