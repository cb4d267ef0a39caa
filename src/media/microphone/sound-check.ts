import { asSentinelError, type SentinelError } from '../../contracts/errors.ts';
import type { Clock } from '../../contracts/ports.ts';
import { stepSeconds, type SoundCheckState } from '../../contracts/sound-check.ts';
import { microphoneError } from './failures.ts';
import { LoudnessTest } from './loudness-test.ts';

/** A dialog that is closed asks no more: its check ends. */
const forsakenMs = 3000;
/** Recorders are tried one after the other until there is sound. */
const firstSoundMs = 20_000;
const soundMs = 5000;

/** Where the sound of a check comes from. */
export interface CheckSource {
  /** The device that it opens for itself; absent when it is heard through a node. */
  device?: string;
  /** @returns what ends it; settles when its recorder is gone */
  open(hear: (chunk: Buffer) => void, failed: (error: SentinelError) => void): () => Promise<void>;
}

/** One check, from its beginning to the last question about it. */
export class SoundCheck {
  readonly id: string;
  /** Settles when its recorder is gone. */
  readonly ended: Promise<undefined>;
  readonly #clock: Clock;
  readonly #device: string | undefined;
  readonly #test = new LoudnessTest();
  readonly #close: () => Promise<void>;
  readonly #end = Promise.withResolvers<undefined>();
  #lastSound: number;
  #heard = false;
  #failure: SentinelError | undefined;
  #running = true;
  #forget: () => void = () => undefined;

  constructor(id: string, clock: Clock, source: CheckSource) {
    this.id = id;
    this.ended = this.#end.promise;
    this.#clock = clock;
    this.#device = source.device;
    this.#lastSound = clock.monotonic();
    this.#close = source.open(
      (chunk) => {
        this.#hear(chunk);
      },
      (error) => {
        this.#fail(error);
      },
    );
  }

  get running(): boolean {
    return this.#running;
  }

  state(): SoundCheckState {
    this.#forget();
    if (this.#running) {
      this.#forget = this.#clock.after(forsakenMs, () => void this.stop());
      const limit = this.#heard ? soundMs : firstSoundMs;
      if (this.#clock.monotonic() - this.#lastSound > limit) this.#fail(microphoneError('ES_MICROPHONE_STALLED'));
    }
    const { step, left, dbfs, result } = this.#test;
    const failure = this.#failure;
    const told = {
      id: this.id,
      left: step === 'starting' ? stepSeconds : left,
      dbfs,
      shared: this.#device === undefined,
    };
    if (failure !== undefined) {
      const { name, message, hint } = failure;
      return { ...told, step: 'failed', failure: { error: name, message, ...(hint === undefined ? {} : { hint }) } };
    }
    return { ...told, step, ...(result === undefined ? {} : { result }) };
  }

  stop(): Promise<unknown> {
    if (!this.#running) return this.ended;
    this.#running = false;
    this.#forget();
    const ended = (): void => {
      this.#end.resolve(undefined);
    };
    this.#close().then(ended, ended);
    return this.ended;
  }

  /** A node wants the device for itself. */
  giveWay(device: string): void {
    if (device !== this.#device) return;
    this.#fail(microphoneError('ES_MICROPHONE_BUSY', 'A node that was deployed listens to this microphone now.'));
  }

  #hear(chunk: Buffer): void {
    if (!this.#running) return;
    this.#heard = true;
    this.#lastSound = this.#clock.monotonic();
    this.#test.push(chunk);
    if (this.#test.step === 'done') void this.stop();
  }

  #fail(error: unknown): void {
    if (!this.#running) return;
    this.#failure = asSentinelError(error, 'ES_MICROPHONE_UNREACHABLE');
    void this.stop();
  }
}
