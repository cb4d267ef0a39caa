import { SentinelError } from '../../contracts/errors.ts';

/*
 * The little of WebAssembly that arithmetic on two numbers at a time needs.
 * Source: https://webassembly.github.io/spec/core/binary/
 */

/** Instructions that leave one value. */
export type Code = readonly number[];

const types = { whole: 0x7f, pair: 0x7b } as const;
/** One page, which is what there is. */
export const memoryBytes = 65_536;

/** Seven bits a byte; of numbers with a sign, the highest of them is the sign. */
function leb(value: number, isSigned = false): number[] {
  return value < (isSigned ? 0x40 : 0x80) ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7, isSigned)];
}

const simd = (operation: number): Code => [0xfd, ...leb(operation)];
const joined =
  (operation: Code) =>
  (one: Code, other: Code): Code => [...one, ...other, ...operation];

/** Whole numbers from 0 on: addresses and counts. */
export const whole = {
  of: (value: number): Code => [0x41, ...leb(value, true)],
  add: joined([0x6a]),
  sub: joined([0x6b]),
  mul: joined([0x6c]),
  and: joined([0x71]),
  isLess: joined([0x49]),
  load: (address: Code, offset: number): Code => [...address, 0x28, 2, ...leb(offset)],
} as const;

/** Two 64-bit floats, which never touch each other. */
export const pair = {
  of: (value: number): Code => [...simd(0x0c), ...new Uint8Array(Float64Array.of(value, value).buffer)],
  add: joined(simd(0xf0)),
  sub: joined(simd(0xf1)),
  mul: joined(simd(0xf2)),
  root: (of: Code): Code => [...of, ...simd(0xef)],
  load: (address: Code, offset: number): Code => [...address, ...simd(0x00), 3, ...leb(offset)],
  /** One 64-bit float for both. */
  loadOne: (address: Code, offset: number): Code => [...address, ...simd(0x0a), 3, ...leb(offset)],
  /** Two 32-bit floats, each from a place of its own. */
  loadFloats: (address: Code, offset: number, other: number): Code => {
    const first = [...address, ...simd(0x5c), 2, ...leb(offset)];
    return [...address, ...first, ...simd(0x56), 2, ...leb(other), 1, ...simd(0x5f)];
  },
} as const;

/** What reads it, and what gives it another value. */
interface Variable {
  get: Code;
  set: (value: Code) => void;
}

/** A module of one function, written line by line. */
export class Program {
  readonly #locals: number[] = [];
  readonly #code: number[] = [];

  /** Computes a pair once. @returns what reads it */
  keep(value: Code): Code {
    return this.#variable(types.pair, value).get;
  }

  /** The same of a whole number. */
  keepWhole(value: Code): Code {
    return this.#variable(types.whole, value).get;
  }

  /** A pair that changes. */
  variable(first: Code): Variable {
    return this.#variable(types.pair, first);
  }

  /** A whole number that changes. */
  variableWhole(first: Code): Variable {
    return this.#variable(types.whole, first);
  }

  store(address: Code, offset: number, value: Code): void {
    this.#code.push(...address, ...value, ...simd(0x0b), 3, ...leb(offset));
  }

  /** For each whole number from `first` to below `end`, at least once. */
  each(first: Code, end: Code, body: (index: Code) => void): void {
    const index = this.variableWhole(first);
    this.#code.push(0x03, 0x40);
    body(index.get);
    index.set(whole.add(index.get, whole.of(1)));
    this.#code.push(...whole.isLess(index.get, end), 0x0d, 0, 0x0b);
  }

  /**
   * Its function, and the memory that this works in, at first all zero.
   * @throws SentinelError ES_RUNTIME_MISSING where the processor has no such instructions
   */
  start(): { run: () => void; memory: ArrayBuffer } {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyParts }).WebAssembly;
    try {
      const { run, memory } = new Instance(new Module(this.#bytes())).exports;
      return { run, memory: memory.buffer };
    } catch (cause) {
      throw new SentinelError('ES_RUNTIME_MISSING', 'This processor lacks the instructions that listening needs.', {
        hint: 'They are WebAssembly SIMD: x64 from SSE 4.1 on (2008), or ARM of 64 bits. Pictures need none of them.',
        cause,
      });
    }
  }

  #variable(type: number, first: Code): Variable {
    const place = leb(this.#locals.push(type) - 1);
    const set = (value: Code): void => {
      this.#code.push(...value, 0x21, ...place);
    };
    set(first);
    return { get: [0x20, ...place], set };
  }

  #bytes(): Uint8Array {
    const code = [...vector(this.#locals.map((type) => [1, type])), ...this.#code, 0x0b];
    const exported = (name: string, kind: number): Code => [...vector([...Buffer.from(name)].map((c) => [c])), kind, 0];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [[0x60, 0, 0]]),
      ...section(3, [[0]]),
      ...section(5, [[1, 1, 1]]),
      ...section(7, [exported('run', 0), exported('memory', 2)]),
      ...section(10, [[...leb(code.length), ...code]]),
    ]);
  }
}

/** What is used of the global object, which Node's types leave out. */
interface WebAssemblyParts {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: { run: () => void; memory: { buffer: ArrayBuffer } } };
}

function vector(items: readonly Code[]): Code {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, items: readonly Code[]): Code {
  const content = vector(items);
  return [id, ...leb(content.length), ...content];
}
