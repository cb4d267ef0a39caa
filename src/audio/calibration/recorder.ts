import { calibrationLimits, clipSpan, type CalibrationSource, type ClipOutcome } from '../../contracts/calibration.ts';
import { asSentinelError, SentinelError } from '../../contracts/errors.ts';
import type { AudioScores } from '../../contracts/messages.ts';
import type { Clock } from '../../contracts/ports.ts';
import type { HeardWindow } from './calibration-rows.ts';

/** What is written down together: a minute. */
const windowsPerPart = 125;
/** Parts that may wait for the disk. */
const mostWaiting = 5;
/** Windows that a clip may still claim, whatever their times say. */
const mostNewest = 64;
/** So long after a clip nothing counts as ambient: echoes, and hands on the table. */
const echoMs = 2000;

/** A stretch of windows that is to be kept. */
export interface RecordedPart {
  /** Counts the parts of a recording from 0; a clip has one. */
  seq: number;
  windows: HeardWindow[];
  /** Of the whole recording so far. */
  allWindows: number;
  seconds: number;
}

/** One recording from its beginning: `keep` writes a part down. */
export interface KeptRecording {
  /** @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  keep: (part: RecordedPart) => Promise<void>;
}

export interface RecorderOptions {
  clock: Clock;
  /** Opens a recording, of a clip with its class; `of` is its first window. `startedAt`: epoch ms. */
  open: (recording: { startedAt: number; classes: string[]; label?: string; of: AudioScores }) => KeptRecording;
  /** The score of a clip, of those of its windows. */
  judge: (windows: readonly HeardWindow[], label: string) => number;
}

interface Ambient {
  startedAt: number;
  untilMs: number;
  ofSeconds: number;
  cancel: () => void;
  recording: KeptRecording | undefined;
  part: HeardWindow[];
  seq: number;
  windows: number;
  waiting: number;
  written: Promise<void>;
}

interface Clip {
  cancel: () => void;
  label: string;
  pressedAt: number;
  windows: AudioScores[];
}

/**
 * Records the scores of one microphone: minutes in which nothing happens, and clips of what it shall hear. What belongs to a clip, and
 * what follows it shortly, is never taken for ambient.
 */
export class CalibrationRecorder {
  readonly #options: RecorderOptions;
  /** Windows that a clip may still claim. */
  #newest: AudioScores[] = [];
  #ambient: Ambient | undefined;
  #clip: Clip | undefined;
  #outcome: ClipOutcome | undefined;
  #deafUntil = 0;
  #fault: string | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get state(): Pick<CalibrationSource, 'recording' | 'clip' | 'fault'> {
    const running = this.#ambient;
    return {
      ...(running === undefined ? {} : { recording: this.#progress(running) }),
      ...(this.#outcome === undefined ? {} : { clip: this.#outcome }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }

  /** @throws SentinelError ES_BAD_INPUT when a recording runs already, or the time is out of range */
  assertMayBegin(minutes: number): void {
    const { least, most } = calibrationLimits.minutes;
    if (!(minutes >= least && minutes <= most)) {
      throw new SentinelError('ES_BAD_INPUT', `A recording lasts ${least} to ${most} minutes.`);
    }
    if (this.#ambient !== undefined) throw new SentinelError('ES_BAD_INPUT', 'A recording runs already.');
  }

  /** @throws SentinelError as `assertMayBegin` */
  begin(minutes: number): void {
    this.assertMayBegin(minutes);
    const { clock } = this.#options;
    this.#fault = undefined;
    const ms = minutes * 60_000;
    this.#ambient = {
      ...{ startedAt: clock.now(), untilMs: clock.monotonic() + ms, ofSeconds: minutes * 60 },
      // Also where no sound comes that would end it. What the last seconds brought still counts.
      cancel: clock.after(ms, () => void this.stop()),
      ...{ recording: undefined, part: [], seq: 0, windows: 0, waiting: 0, written: Promise.resolve() },
    };
  }

  /** Ends the recording; what was heard until now is kept. Settles when it is written down. */
  async stop(): Promise<void> {
    const running = this.#ambient;
    if (running === undefined) return;
    for (const window of this.#newest) this.#take(running, window);
    this.#newest = [];
    this.#ambient = undefined;
    running.cancel();
    this.#write(running);
    await running.written;
  }

  /** A sound of the class was heard just now, or will be. @throws SentinelError ES_BAD_INPUT while another clip is taken */
  mark(label: string): void {
    if (this.#clip !== undefined) throw new SentinelError('ES_BAD_INPUT', 'A clip is being taken already.');
    const { clock } = this.#options;
    const pressedAt = clock.now();
    const isOfClip = ({ capturedAt }: AudioScores): boolean => capturedAt >= pressedAt - clipSpan.beforeMs;
    // A window takes a while from the microphone to here.
    const cancel = clock.after(clipSpan.afterMs + 1000, () => void this.#endClip());
    this.#clip = { label, pressedAt, cancel, windows: this.#newest.filter(isOfClip) };
    this.#newest = this.#newest.filter((window) => !isOfClip(window));
    this.#deafUntil = pressedAt + clipSpan.afterMs + echoMs;
    this.#outcome = { label, state: 'listening' };
  }

  /** Another model says from now on what is heard: what it says belongs to no recording or clip of before. */
  renew(): void {
    const clip = this.#clip;
    void this.close();
    if (clip !== undefined) this.#outcome = { label: clip.label, state: 'lost' };
    this.#newest = [];
    this.#deafUntil = 0;
  }

  /** Nobody listens any more: a clip that is not whole is nothing. */
  async close(): Promise<void> {
    this.#clip?.cancel();
    this.#clip = undefined;
    await this.stop();
  }

  hear(scores: AudioScores): void {
    const clip = this.#clip;
    if (clip !== undefined && scores.capturedAt >= clip.pressedAt - clipSpan.beforeMs) {
      if (scores.capturedAt <= clip.pressedAt + clipSpan.afterMs) clip.windows.push(scores);
      return;
    }
    // What our own loudspeaker says is nothing of the place.
    if (scores.capturedAt <= this.#deafUntil || scores.muted !== undefined) return;
    this.#newest.push(scores);
    const running = this.#ambient;
    const isSettled = (window: AudioScores | undefined): boolean =>
      window !== undefined &&
      (window.capturedAt < scores.capturedAt - clipSpan.beforeMs || this.#newest.length > mostNewest);
    while (isSettled(this.#newest[0])) {
      const settled = this.#newest.shift();
      if (running !== undefined && settled !== undefined) this.#take(running, settled);
    }
  }

  /** A window that is ambient for good. */
  #take(running: Ambient, scores: AudioScores): void {
    if (scores.capturedAt <= running.startedAt) return;
    running.recording ??= this.#options.open({
      ...{ startedAt: running.startedAt, classes: Object.keys(scores.scores), of: scores },
    });
    running.part.push({ at: scores.capturedAt - running.startedAt, dbfs: scores.dbfs, scores: scores.scores });
    running.windows += 1;
    if (running.part.length >= windowsPerPart) this.#write(running);
  }

  #write(running: Ambient): void {
    const { recording, part } = running;
    if (recording === undefined || part.length === 0) return;
    if (running.waiting >= mostWaiting) {
      this.#fail(running, new SentinelError('ES_DATABASE', 'The disk is too slow to keep what is recorded.'));
      return;
    }
    const seconds = (part.at(-1)?.at ?? 0) / 1000;
    const whole: RecordedPart = { seq: running.seq, windows: part, allWindows: running.windows, seconds };
    running.part = [];
    running.seq += 1;
    running.waiting += 1;
    running.written = running.written.then(async () => {
      try {
        await recording.keep(whole);
      } catch (error) {
        this.#fail(running, error);
      } finally {
        running.waiting -= 1;
      }
    });
  }

  #fail(running: Ambient, error: unknown): void {
    this.#fault = asSentinelError(error, 'ES_DATABASE').toString();
    if (this.#ambient !== running) return;
    running.cancel();
    this.#ambient = undefined;
  }

  async #endClip(): Promise<void> {
    const clip = this.#clip;
    if (clip === undefined) return;
    this.#clip = undefined;
    const { label, windows } = clip;
    const [first] = windows;
    if (first === undefined) {
      this.#outcome = { label, state: 'lost' };
      return;
    }
    const { capturedAt: startedAt, scores } = first;
    const heard = windows.map((window) => ({ ...window, at: window.capturedAt - startedAt }));
    try {
      const recording = this.#options.open({ startedAt, classes: Object.keys(scores), label, of: first });
      const seconds = (clipSpan.beforeMs + clipSpan.afterMs) / 1000;
      await recording.keep({ seq: 0, windows: heard, allWindows: heard.length, seconds });
      this.#outcome = { label, state: 'kept', score: this.#options.judge(heard, label) };
    } catch (error) {
      this.#outcome = { label, state: 'lost' };
      this.#fault = asSentinelError(error, 'ES_DATABASE').toString();
    }
  }

  #progress({ untilMs, ofSeconds, windows }: Ambient): { seconds: number; ofSeconds: number; windows: number } {
    const left = Math.max(0, (untilMs - this.#options.clock.monotonic()) / 1000);
    return { seconds: Math.max(0, ofSeconds - left), ofSeconds, windows };
  }
}
