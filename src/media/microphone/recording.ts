import { SentinelError } from '../../contracts/errors.ts';
import type { Clock } from '../../contracts/ports.ts';
import { Child, type Starter } from '../../process/child.ts';
import { lastLines } from '../last-lines.ts';
import type { StreamRun } from '../stream-supervisor.ts';
import { microphoneError, mostTelling, recorderFailure, recorderMissing } from './failures.ts';
import { FlowGauge } from './flow-gauge.ts';
import { startLpcm16 } from './lpcm16.ts';
import type { Recorder } from './recorders.ts';
import { soundVariables } from './sound-variables.ts';

/** A way to record whose program was found. */
export interface FoundRecorder extends Recorder {
  /** Path of its program. */
  program: string;
}

/** How processes come to be: tests hand in their own. */
export interface RecorderStarters {
  spawn?: Starter;
  lpcm16: typeof startLpcm16;
}

export interface RecordingOptions {
  device: string;
  clock: Clock;
  starters: RecorderStarters;
}

export interface RecordingListener {
  /** Sound as it arrives; `steady` is false while it may still turn out not to be that of a microphone. */
  sound(chunk: Buffer, steady: boolean): void;
  /** A recorder begins, after another one gave no sound. */
  began(recorder: FoundRecorder): void;
  line(line: string): void;
}

/**
 * One run: the recorders are tried one after the other until one gives steady sound, and that one runs until it ends.
 * So a machine where parec is installed but no sound server runs is heard by arecord.
 */
export class Recording implements StreamRun {
  readonly ended: Promise<SentinelError>;
  readonly #options: RecordingOptions;
  readonly #listener: RecordingListener;
  #child: Child | undefined;
  #stopping = false;
  #current: FoundRecorder | undefined;
  #steady = false;

  constructor(recorders: readonly FoundRecorder[], options: RecordingOptions, listener: RecordingListener) {
    this.#options = options;
    this.#listener = listener;
    this.ended = this.#tryAll(recorders);
  }

  /** The recorder at work, or the last one that was. */
  get recorder(): FoundRecorder | undefined {
    return this.#current;
  }

  /** Whether it gave sound like that of a microphone. */
  get steady(): boolean {
    return this.#steady;
  }

  /** Whether it was ended before it gave sound like that of a microphone: the recorder hung. */
  get hung(): boolean {
    return this.#stopping && !this.#steady;
  }

  stop(): Promise<unknown> {
    this.#stopping = true;
    void this.#child?.stop();
    return this.ended;
  }

  async #tryAll(recorders: readonly FoundRecorder[]): Promise<SentinelError> {
    const failures: SentinelError[] = [];
    for (const recorder of recorders) {
      const failure = await this.#record(recorder);
      // What floods is no microphone, though another recorder may take it for one.
      if (this.#stopping || this.#steady || failure.name === 'ES_MICROPHONE_FLOODING') return failure;
      failures.push(failure);
    }
    return mostTelling(failures) ?? recorderMissing(undefined, process.platform);
  }

  async #record(recorder: FoundRecorder): Promise<SentinelError> {
    this.#current = recorder;
    this.#listener.began(recorder);
    const { device, clock } = this.#options;
    let child: Child;
    try {
      child = this.#start(recorder);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return new SentinelError('ES_RECORDER_MISSING', `The recorder ${recorder.name} could not be started: ${why}.`);
    }
    this.#child = child;
    const gauge = new FlowGauge(clock);
    child.output(1).on('data', (chunk: Buffer) => {
      if (child.stopping) return;
      const flow = gauge.push(chunk.length);
      if (flow === 'flooding') {
        void child.stop();
        return;
      }
      this.#steady ||= flow === 'steady';
      this.#listener.sound(chunk, this.#steady);
    });
    const lines = lastLines(child, [], (line) => {
      // Before that, the last lines make the failure.
      if (this.#steady) this.#listener.line(`${recorder.name}: ${line}`);
    });
    const { error } = await child.closed;
    if (gauge.flooding) return microphoneError('ES_MICROPHONE_FLOODING');
    if (error !== undefined) return recorderMissing(recorder.name, process.platform);
    return recorderFailure(recorder.name, device, lines);
  }

  #start(recorder: FoundRecorder): Child {
    const { clock, starters } = this.#options;
    const { args, device, env } = recorder.start(this.#options.device);
    const { name, program } = recorder;
    const shared = { program, clock, env: { ...soundVariables(), ...env } };
    if (args !== undefined) {
      return new Child({ ...shared, args, ...(starters.spawn === undefined ? {} : { start: starters.spawn }) });
    }
    return new Child({
      ...shared,
      args: [],
      start: (_program, _args, options) => starters.lpcm16(name as 'arecord' | 'sox', device, options.env ?? {}),
    });
  }
}
