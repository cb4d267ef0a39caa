import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { SentinelError } from '../contracts/errors.ts';

/**
 * What a guess costs: 32 MB of memory three times over, about 0.2 s of a core. It is one of the settings that OWASP names as equal in
 * strength, and the one that small computers can bear.
 */
const present: Parameters = { cost: 15, blocks: 8, rounds: 3 };
const saltBytes = 16;
const keyBytes = 32;
/** Above it a stored text is not of ours. */
const mostMemory = 256 << 20;

/** Passwords are hashed on the thread pool of Node.js, which files use too: half of it stays free. */
const mostAtOnce = 2;
const mostWaiting = 16;

interface Parameters {
  /** Exponent of N. */
  cost: number;
  blocks: number;
  rounds: number;
}

/** Hashes passwords and compares them; so many at a time, whoever asks. */
export class Passwords {
  readonly #parameters: Parameters;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** Compared with where there is no account: an answer then takes as long. */
  #nobody: Promise<string> | undefined;

  /** @param parameters Cheaper ones for tests. */
  constructor(parameters: Parameters = present) {
    this.#parameters = parameters;
  }

  /** `scrypt$15$8$3$salt$key`: everything that a comparison needs. @throws SentinelError ES_BUSY */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    const key = await this.#derive(password, salt, keyBytes, this.#parameters);
    const { cost, blocks, rounds } = this.#parameters;
    return ['scrypt', cost, blocks, rounds, salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /**
   * Whether a password is the one of a stored text; without one it takes as long and is never right.
   * @throws SentinelError ES_BUSY when too many wait already.
   */
  async matches(password: string, stored: string | null | undefined): Promise<boolean> {
    const { salt, key, ...parameters } = read(stored ?? (await this.#hashOfNobody()));
    const given = await this.#derive(password, salt, key.length, parameters);
    return timingSafeEqual(given, key) && typeof stored === 'string';
  }

  /** Whether a stored text was made with other parameters than those of today. */
  isOutdated(stored: string): boolean {
    const { cost, blocks, rounds } = read(stored);
    const now = this.#parameters;
    return cost !== now.cost || blocks !== now.blocks || rounds !== now.rounds;
  }

  #hashOfNobody(): Promise<string> {
    this.#nobody ??= this.hash(randomBytes(saltBytes).toString('base64url'));
    this.#nobody.catch(() => {
      this.#nobody = undefined;
    });
    return this.#nobody;
  }

  async #derive(password: string, salt: Buffer, length: number, parameters: Parameters): Promise<Buffer> {
    await this.#turn();
    try {
      return await derive(password, salt, length, parameters);
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#underWay >= mostAtOnce) {
      if (this.#waiting.length >= mostWaiting) {
        throw new SentinelError('ES_BUSY', 'Too many passwords are being checked at once.');
      }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#underWay += 1;
  }
}

/** The same letters typed on another keyboard are the same password (NFKC). */
function derive(password: string, salt: Buffer, length: number, { cost, blocks, rounds }: Parameters): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** cost, r: blocks, p: rounds, maxmem: mostMemory };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function read(stored: string): Parameters & { salt: Buffer; key: Buffer } {
  const [kind, cost, blocks, rounds, salt = '', key = ''] = stored.split('$');
  if (kind !== 'scrypt' || key === '') throw new SentinelError('ES_ACCOUNT', 'A stored password is in no known form.');
  return {
    ...{ cost: Number(cost), blocks: Number(blocks), rounds: Number(rounds) },
    ...{ salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') },
  };
}
