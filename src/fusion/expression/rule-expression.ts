import jsonata from 'jsonata';
import { expressionLimit, faultInExpression, textsIn } from '../../contracts/configs/rules/expression-form.ts';
import { SentinelError } from '../../contracts/errors.ts';
import type { ExpressionFacts } from './expression-facts.ts';

/** Parts of an expression that one evaluation works off, and values that they give: some milliseconds. */
const mostSteps = 5000;
/** After a run that was too long it rests, by the times of what it is asked over: it must not hold up what comes. */
const restMs = 10_000;

/** What came of it. With a fault it is not known, and holds: a fault of ours must not keep an alarm back. */
export interface Truth {
  holds: boolean;
  fault?: string;
}

/** A JSONata expression of a rule: compiled once, bounded, and with no clock but that of what it is asked over. */
export class RuleExpression {
  /** Texts that it names: labels that must be known although no condition asks for them. */
  readonly texts: ReadonlySet<string>;
  readonly #compiled: jsonata.Expression;
  #rest = { from: NaN, fault: '' };

  /** @throws SentinelError ES_BAD_CONFIG saying what is wrong with it, and at which character */
  constructor(source: string) {
    this.#compiled = parsed(source);
    const tree = this.#compiled.ast();
    const fault = faultInExpression(tree);
    if (fault !== undefined) throw refused(`${fault.what} cannot stand in a condition`, fault.position);
    this.texts = new Set(textsIn(tree));
  }

  /** Whether it is true. What fails counts as true, and says why. Never throws. */
  ask(facts: ExpressionFacts): Truth {
    const { at } = facts.time;
    if (Math.abs(at - this.#rest.from) < restMs) return { holds: true, fault: this.#rest.fault };
    let left = mostSteps;
    const spend = (steps: number): void => {
      left -= steps;
      if (left < 0) throw new TooLong();
    };
    const bindings = {
      __evaluate_entry: () => {
        spend(1);
      },
      __evaluate_exit: (_part: unknown, _input: unknown, _frame: unknown, result: unknown) => {
        spend(sizeOf(result));
      },
      now: () => new Date(at).toISOString(),
      millis: () => at,
    };
    try {
      return { holds: isTrue(this.#compiled.evaluate(facts, bindings)) };
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (thrown instanceof TooLong) this.#rest = { from: at, fault };
      return { holds: true, fault };
    }
  }
}

class TooLong extends Error {
  constructor() {
    super(`it takes more than ${mostSteps} steps`);
  }
}

function parsed(source: string): jsonata.Expression {
  if (source.length > expressionLimit)
    throw refused(`it is longer than ${expressionLimit} characters`, expressionLimit);
  try {
    return jsonata(source);
  } catch (thrown) {
    throw refused(faultOf(thrown), positionOf(thrown));
  }
}

function refused(why: string, position: number): SentinelError {
  return new SentinelError('ES_BAD_CONFIG', `Its expression is wrong at character ${position}: ${why}.`, {
    hint: 'It is JSONata that asks, such as $count(signals[label = "person"]) > 2 and time.hour >= 22.',
  });
}

/** JSONata throws plain objects. */
function faultOf(thrown: unknown): string {
  const { message } = thrown as { message?: unknown };
  return typeof message === 'string' ? message.replace(/\.$/, '').slice(0, 200) : 'it cannot be read';
}

function positionOf(thrown: unknown): number {
  const { position } = thrown as { position?: unknown };
  return typeof position === 'number' ? position : 0;
}

function sizeOf(result: unknown): number {
  return typeof result === 'string' || Array.isArray(result) ? result.length : 0;
}

/** As JSONata understands it: something that is there, and is neither 0 nor empty. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
