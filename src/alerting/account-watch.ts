import type { SentinelError } from '../contracts/errors.ts';
import type { Clock, Random } from '../contracts/ports.ts';
import type { AccountWarning, AlertChannel, ChannelKind } from './alert-channel.ts';
import { faultOf } from './next-step.ts';

/** Soon after a deploy, so that who has just entered a wrong token is still there. */
const firstMs = 5_000;
const everyMs = 60 * 60_000;
/** After a fault. */
const againMs = 5 * 60_000;
/** So often in a row a provider may be away before it is told: networks come and go. */
const absencesAllowed = 2;

export interface AccountWatchOptions {
  kind: Pick<ChannelKind, 'name'>;
  channel: Pick<AlertChannel, 'check' | 'close' | 'ruleFor' | 'warning'>;
  /** Told once of each warning, and once when there is none any more. */
  onWarning?: (warning: AccountWarning | undefined) => void;
  clock: Clock;
  random: Random;
}

/**
 * Asks the provider every hour whether the account still works: an expired token is found on a quiet day, not in the night that
 * matters.
 */
export class AccountWatch {
  readonly #options: AccountWatchOptions;
  readonly #onChange: (fault: SentinelError | undefined) => void;
  #told: string | undefined;
  #warned: string | undefined;
  #absences = 0;
  #asking: Promise<void> = Promise.resolve();
  #stopped = false;
  #cancel: () => void = () => undefined;

  /** @param onChange told once of each fault, and once when it is over. */
  constructor(options: AccountWatchOptions, onChange: (fault: SentinelError | undefined) => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  start(): void {
    this.#askIn(firstMs);
  }

  /** Somebody else has told of it: it is no news any more, but its end is. */
  known(fault: SentinelError): void {
    this.#told = fault.name;
  }

  /** Resolves when no question is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#asking;
    this.#options.channel.close?.();
  }

  #askIn(ms: number): void {
    const { channel, clock, random } = this.#options;
    if (channel.check === undefined || this.#stopped) return;
    // Houses that begin together after a power cut do not ask together for ever.
    this.#cancel = clock.after(ms * (1 + 0.1 * random()), () => {
      this.#asking = this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const { channel, kind } = this.#options;
    const answer = await channel.check?.().catch(() => undefined);
    if (this.#stopped) return;
    if (answer !== undefined) this.#judge(faultOf(answer, { name: kind.name, ruleFor: channel.ruleFor }));
    this.#warn();
    this.#askIn(this.#told === undefined && this.#absences === 0 ? everyMs : againMs);
  }

  #warn(): void {
    const { channel, onWarning } = this.#options;
    const warning = channel.warning?.();
    if (this.#warned === warning?.error.message) return;
    this.#warned = warning?.error.message;
    onWarning?.(warning);
  }

  #judge(fault: ReturnType<typeof faultOf>): void {
    if (fault === undefined) {
      this.#absences = 0;
      if (this.#told !== undefined) this.#onChange(undefined);
      this.#told = undefined;
      return;
    }
    this.#absences = fault.lasts ? 0 : this.#absences + 1;
    const isSure = fault.lasts || this.#absences > absencesAllowed;
    if (!isSure || this.#told === fault.error.name) return;
    this.#told = fault.error.name;
    this.#onChange(fault.error);
  }
}
