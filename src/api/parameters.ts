import { Problem } from './problem.ts';

/** Reads the parameters of an address; each that is not as it should be is refused by its name. */
export class Parameters {
  readonly #given: URLSearchParams;

  /**
   * @param url path and query as they were asked.
   * @param known names of the parameters that there are.
   * @throws Problem 400 for one that comes twice or is unknown.
   */
  constructor(url: string | undefined, known: readonly string[]) {
    const [, query = ''] = /^[^?]*\?(.*)$/s.exec(url ?? '') ?? [];
    this.#given = new URLSearchParams(query);
    for (const name of this.#given.keys()) {
      if (!known.includes(name)) throw new Problem(400, `There is no parameter "${name.slice(0, 40)}" here.`);
      if (this.#given.getAll(name).length > 1) throw new Problem(400, `The parameter ${name} may come once only.`);
    }
  }

  /** A text of 1 to `longest` characters. */
  text(name: string, longest: number): string | undefined {
    const value = this.#given.get(name);
    if (value === null) return undefined;
    if (value !== '' && value.length <= longest) return value;
    throw new Problem(400, `The parameter ${name} must have 1 to ${longest} characters.`);
  }

  integer(name: string, least: number, most: number): number | undefined {
    const value = this.#given.get(name);
    if (value === null) return undefined;
    const number = /^\d{1,16}$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    throw new Problem(400, `The parameter ${name} must be a whole number from ${least} to ${most}.`);
  }

  /** A number from 0 to 1. */
  share(name: string): number | undefined {
    const value = this.#given.get(name);
    if (value === null) return undefined;
    const number = /^\d?(\.\d{1,10})?$/.test(value) && value !== '' ? Number(value) : NaN;
    if (number >= 0 && number <= 1) return number;
    throw new Problem(400, `The parameter ${name} must be a number from 0 to 1.`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#given.get(name);
    if (value === null) return undefined;
    const choice = choices.find((one) => one === value);
    if (choice !== undefined) return choice;
    throw new Problem(400, `The parameter ${name} must be one of ${choices.join(', ')}.`);
  }
}
