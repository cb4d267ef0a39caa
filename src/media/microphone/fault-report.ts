import type { SoundFault } from '../../contracts/messages.ts';
import type { Clock } from '../../contracts/ports.ts';
import type { StreamState } from '../stream-supervisor.ts';
import { soundFaultError } from './failures.ts';

/** The state of a microphone's stream, and what is wrong with sound that comes in all the same. */
export interface MicrophoneState extends StreamState {
  fault?: SoundFault;
}

/** The detail of a microphone with which nothing is wrong. */
export const soundComes = 'Sound is coming in.';

/** What there is to say of the sound of a connected microphone: when a fault begins, when it has lasted, when it ends. */
export class FaultReport {
  readonly #clock: Clock;
  readonly #seconds: number;
  #fault: { name: SoundFault; since: number; reported: boolean } | undefined;

  /** @param seconds a fault that lasts so long is an error, once; 0 makes it none */
  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#seconds = seconds;
  }

  /** The stream began anew: nothing is known of its sound. */
  reset(): void {
    this.#fault = undefined;
  }

  /** @param name what is wrong now @returns the news */
  push(name: SoundFault | undefined): MicrophoneState | undefined {
    const now = this.#clock.monotonic();
    const connected = { status: 'connected', attempt: 0 } as const;
    if (name !== this.#fault?.name) {
      this.#fault = name === undefined ? undefined : { name, since: now, reported: false };
      if (name === undefined) return { ...connected, detail: soundComes };
      return { ...connected, detail: soundFaultError(name).message, fault: name };
    }
    const fault = this.#fault;
    if (fault === undefined || fault.reported || this.#seconds === 0) return undefined;
    if (now - fault.since < this.#seconds * 1000) return undefined;
    fault.reported = true;
    const error = soundFaultError(fault.name);
    return { ...connected, detail: `For ${this.#seconds} s: ${error.message}`, fault: fault.name, error };
  }
}
