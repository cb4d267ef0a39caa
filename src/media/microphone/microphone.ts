import { SentinelError } from '../../contracts/errors.ts';
import type { RecorderName } from '../../contracts/configs.ts';
import type { Clock, Log, Random } from '../../contracts/ports.ts';
import { levelOf } from '../../pcm/level.ts';
import { LineLimiter } from '../line-limiter.ts';
import { StreamSupervisor, type StreamRun, type StreamWords } from '../stream-supervisor.ts';
import { WindowCutter, type CutWindow } from '../window-cutter.ts';
import { deviceName } from './device-name.ts';
import { FaultReport, soundComes, type MicrophoneState } from './fault-report.ts';
import { microphoneError, recorderMissing } from './failures.ts';
import { findProgram } from './find-program.ts';
import { LevelMeter, type SoundLevel } from './level-meter.ts';
import { startLpcm16 } from './lpcm16.ts';
import { Recording, type FoundRecorder, type RecorderStarters } from './recording.ts';
import { recordersFor, takes, type Recorder } from './recorders.ts';

export interface MicrophoneOptions {
  recorder: RecorderName | 'auto';
  /** As the recorder names it; empty for the default of the system. */
  device: string;
  /** Milliseconds from the microphone to our last byte. */
  captureDelayMs: number;
  /** Silence or clipping that lasts so long is an error; 0 makes it none. */
  faultSeconds: number;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What a microphone needs of the machine; tests hand in their own. */
export interface Machine {
  platform: NodeJS.Platform;
  /** Path of a recorder's program, or undefined. */
  find(program: string): Promise<string | undefined>;
  starters: RecorderStarters;
}

/** 15,600 samples of 16 kHz mono sound in an array that belongs to the receiver. */
export interface MicrophoneWindow {
  seq: number;
  /** Capture time of the window's last sample. */
  capturedAt: number;
  samples: Float32Array;
  dbfs: number;
  peak: number;
}

export interface MicrophoneListener {
  window(window: MicrophoneWindow): void;
  /** Twice a second while sound comes. */
  level(level: SoundLevel): void;
  status(state: MicrophoneState): void;
}

const thisMachine: Machine = { platform: process.platform, find: findProgram, starters: { lpcm16: startLpcm16 } };

const words: StreamWords = {
  probing: 'Looking for a recorder.',
  connecting: 'Waiting for the first sound.',
  connected: soundComes,
  stalled: (limitMs) => microphoneError('ES_MICROPHONE_STALLED', `No sound came for ${limitMs / 1000} s.`),
  unknown: 'ES_MICROPHONE_UNREACHABLE',
};

/** One microphone: a supervised recorder that turns it into windows of sound, for as long as it is started. */
export class Microphone {
  readonly #options: MicrophoneOptions;
  readonly #listener: MicrophoneListener;
  readonly #machine: Machine;
  readonly #device: string;
  readonly #supervisor: StreamSupervisor<readonly FoundRecorder[]>;
  readonly #lines: LineLimiter;
  #windows = 0;
  #state: MicrophoneState = { status: 'idle', detail: '', attempt: 0 };
  #paused = false;
  readonly #faults: FaultReport;
  readonly #taps = new Set<(chunk: Buffer) => void>();
  /** The recorder to begin with: the last one that gave sound, or the one after a hung one. */
  #favourite = 0;

  /** @throws SentinelError ES_BAD_CONFIG when no recorder can be given this device */
  constructor(options: MicrophoneOptions, listener: MicrophoneListener, machine: Machine = thisMachine) {
    this.#options = options;
    this.#listener = listener;
    this.#machine = machine;
    this.#device = deviceName(options.device);
    this.#suitable();
    this.#faults = new FaultReport(options.clock, options.faultSeconds);
    this.#lines = new LineLimiter(options.clock, (line) => {
      options.log.warn(line);
    });
    this.#supervisor = new StreamSupervisor(
      { words, probe: () => this.#probe(), launch: (recorders, onSound) => this.#launch(recorders, onSound) },
      options,
      (state) => {
        this.#faults.reset();
        this.#tell(state);
      },
    );
  }

  start(): void {
    this.#paused = false;
    this.#supervisor.start();
  }

  /** No windows and no levels from now on; the recorder runs on, and what it says is not kept. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#hand(() => {
      this.#listener.status({ status: 'paused', detail: 'Paused; the recorder runs on.', attempt: 0 });
    });
  }

  /** Goes on, and says how the microphone does. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#tell(this.#state);
  }

  /** What it said of itself last. */
  get state(): MicrophoneState {
    return this.#state;
  }

  /**
   * Lets somebody else hear it: s16le, mono, 16 kHz, as it comes; a device may not open twice.
   * @returns what ends that
   */
  tap(listener: (chunk: Buffer) => void): () => void {
    this.#taps.add(listener);
    return () => {
      this.#taps.delete(listener);
    };
  }

  /** Settles when no process of this microphone is left. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** The ways to record that the settings allow. */
  #suitable(): readonly Recorder[] {
    const { recorder } = this.#options;
    const named = recordersFor(this.#machine.platform).filter(({ name }) => recorder === 'auto' || name === recorder);
    if (named.length === 0) throw recorderMissing(recorder, this.#machine.platform);
    const suitable = named.filter((one) => takes(one, this.#device));
    if (suitable.length > 0) return suitable;
    const message =
      this.#device === ''
        ? `The recorder ${recorder} knows no default device on this system.`
        : `The device "${this.#device.slice(0, 80)}" cannot be given to a recorder.`;
    throw new SentinelError('ES_BAD_CONFIG', message, { hint: 'Open the node and choose a device of the list.' });
  }

  async #probe(): Promise<readonly FoundRecorder[]> {
    const { recorder } = this.#options;
    const suitable = this.#suitable();
    const programs = await Promise.all(suitable.map(({ name }) => this.#machine.find(name)));
    const found = suitable.flatMap((one, index) => {
      const program = programs[index];
      return program === undefined ? [] : [{ ...one, program }];
    });
    if (found.length > 0) return found;
    throw recorderMissing(recorder === 'auto' ? undefined : recorder, this.#machine.platform);
  }

  #launch(recorders: readonly FoundRecorder[], onSound: () => void): StreamRun {
    const { clock } = this.#options;
    const first = this.#favourite % recorders.length;
    const inOrder = [...recorders.slice(first), ...recorders.slice(0, first)];
    let cutter: WindowCutter;
    let meter: LevelMeter;
    let early: CutWindow[] = [];
    const recording = new Recording(
      inOrder,
      { device: this.#device, clock, starters: this.#machine.starters },
      {
        began: () => {
          early = [];
          cutter = new WindowCutter((window) => early.push(window));
          meter = new LevelMeter((level) => {
            this.#level(level);
          });
        },
        sound: (chunk, steady) => {
          cutter.push(chunk, clock.now());
          if (!steady) return;
          onSound();
          for (const window of early.splice(0)) this.#window(window);
          meter.push(chunk);
          for (const tap of [...this.#taps]) {
            this.#hand(() => {
              tap(chunk);
            });
          }
        },
        line: (line) => {
          this.#lines.push(line);
        },
      },
    );
    const ended = recording.ended.then((failure) => {
      const last = recorders.findIndex((one) => one === recording.recorder);
      if (recording.steady) this.#favourite = last;
      else if (recording.hung) this.#favourite = last + 1;
      return failure;
    });
    return { ended, stop: () => recording.stop() };
  }

  #window({ samples, endedAt }: CutWindow): void {
    if (this.#paused) return;
    const seq = this.#windows;
    this.#windows += 1;
    const capturedAt = endedAt - this.#options.captureDelayMs;
    this.#hand(() => {
      this.#listener.window({ seq, capturedAt, samples, ...levelOf(samples) });
    });
  }

  #level(level: SoundLevel): void {
    if (this.#state.status !== 'connected' || this.#paused) return;
    this.#hand(() => {
      this.#listener.level(level);
    });
    const news = this.#faults.push(level.fault);
    if (news !== undefined) this.#tell(news);
  }

  #tell(state: MicrophoneState): void {
    this.#state = state;
    if (this.#paused && state.status !== 'stopped') return;
    this.#hand(() => {
      this.#listener.status(state);
    });
  }

  /** What a receiver throws must not end the stream, nor the process. */
  #hand(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#lines.push(`A receiver of the sound failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
