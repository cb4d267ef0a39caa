import type { IncomingMessage } from 'node:http';
import { hasRole, roles, type Caller, type Role } from '../contracts/access.ts';
import type { Clock } from '../contracts/ports.ts';
import { ClientBudget, type Rate } from './client-budget.ts';
import { isLocal } from './peer.ts';
import { Problem } from './problem.ts';
import type { Needs } from './routes/route.ts';

/** Of one address, whoever it is: behind a proxy, everybody has the same. */
const addressRate: Rate = { atOnce: 2000, perSecond: 1000 };
/** Of the programs of this machine together: more than this process can answer. */
const machineRate: Rate = { atOnce: 20_000, perSecond: 10_000 };
/** Of one caller at one address; programs of this machine have the rate above. */
const callerRate: Rate = { atOnce: 400, perSecond: 100 };

export interface AdmissionHost {
  /**
   * Who asks; undefined: nobody known.
   * @throws Problem 403 while nobody but this machine may ask.
   */
  caller(request: IncomingMessage): Promise<Caller | undefined>;
  clock: Clock;
}

/** The one check of who may do what, and how often. */
export class Admission {
  readonly #host: AdmissionHost;
  readonly #addresses: ClientBudget;
  readonly #machine: ClientBudget;
  readonly #callers: ClientBudget;

  constructor(host: AdmissionHost) {
    this.#host = host;
    this.#addresses = new ClientBudget(host.clock, addressRate);
    this.#machine = new ClientBudget(host.clock, machineRate);
    this.#callers = new ClientBudget(host.clock, callerRate);
  }

  /** @returns who asks; undefined where that does not matter. @throws Problem 401, 403, 429 */
  async admit(request: IncomingMessage, needs: Needs): Promise<Caller | undefined> {
    const ofItsPlace = isLocal(request) ? this.#machine : this.#addresses;
    if (!ofItsPlace.spend(request)) throw tooOften();
    if (!isRole(needs)) return undefined;
    const caller = await this.#host.caller(request);
    if (caller === undefined) throw new Problem(401, 'Log in first.');
    if (caller.how !== 'local' && !this.#callers.spend(request, caller.name)) throw tooOften();
    if (!hasRole(caller, needs)) throw new Problem(403, `This needs the role ${needs}.`);
    return caller;
  }
}

export function isRole(needs: Needs): needs is Role {
  return (roles as readonly Needs[]).includes(needs);
}

function tooOften(): Problem {
  return new Problem(429, 'So many questions a second are not answered.', { headers: { 'Retry-After': '1' } });
}
