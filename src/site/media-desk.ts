import type { MediaRequest } from '../contracts/commands.ts';
import type { SentinelCameraConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Media } from '../contracts/messages.ts';
import type { ClipSource, Clock } from '../contracts/ports.ts';

/** Clips that lie in the future mostly wait: more than these, and nobody looks at them. */
const mostWaiting = 16;

export interface MediaDeskOptions {
  camera: Pick<SentinelCameraConfig, 'name' | 'area' | 'ring'>;
  clips: ClipSource;
  clock: Clock;
  /** How the stream does, for people. */
  state: () => string;
}

/** What was asked for: epoch ms of its first and last picture. */
export interface TakenMedia extends Pick<Media, 'mime' | 'from' | 'to'> {
  file: Buffer;
}

/** Answers those who ask for pictures and videos of one camera. */
export class MediaDesk {
  readonly #options: MediaDeskOptions;
  readonly #closing = new AbortController();
  #waiting = 0;

  constructor(options: MediaDeskOptions) {
    this.#options = options;
  }

  /**
   * A clip that lasts into the future comes when it is there.
   * @throws SentinelError ES_NOTHING_KEPT, ES_CLIP_FAILED (also for too many at a time, and when the desk closes
   * meanwhile), ES_FFMPEG_MISSING
   */
  async answer(request: MediaRequest): Promise<TakenMedia> {
    this.#assertKept();
    if (this.#waiting >= mostWaiting) throw tooMany();
    this.#waiting += 1;
    try {
      const taken = await this.#untilClosed(this.#take(request));
      if (taken === undefined) throw this.#nothingOfThen();
      return taken;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Whoever waits gets an error at once. */
  close(): void {
    this.#closing.abort();
  }

  async #take(request: MediaRequest): Promise<TakenMedia | undefined> {
    const { camera, clips, clock } = this.#options;
    const now = clock.now();
    if (request.ask === 'snapshot') {
      const still = await clips.snapshot(camera.name, now - request.ago * 1000);
      return still && { mime: 'image/jpeg', from: still.capturedAt, to: still.capturedAt, file: own(still.bytes) };
    }
    const span = { from: now - request.before * 1000, to: now + request.after * 1000 };
    await this.#pause(request.after * 1000);
    if (this.#closing.signal.aborted) return undefined;
    const clip = await clips.clip(camera.name, { ...span, playable: true });
    return clip && { mime: 'video/mp4', from: clip.from, to: clip.to, file: own(clip.bytes) };
  }

  /** What cannot come is said at once, not when a clip would end. */
  #assertKept(): void {
    const { camera, clips } = this.#options;
    if (this.#closing.signal.aborted) throw goneMeanwhile();
    if (!camera.ring) {
      throw new SentinelError('ES_NOTHING_KEPT', `Nothing is kept of the camera ${camera.name}.`, {
        hint: 'Switch on "Clips" in the camera node.',
      });
    }
    if (!clips.camerasOf(camera.area).includes(camera.name)) throw this.#nothingOfThen();
  }

  #nothingOfThen(): SentinelError {
    const { camera, state } = this.#options;
    const message = `Nothing of this time is kept of the camera ${camera.name}, which is ${state()}.`;
    return new SentinelError('ES_NOTHING_KEPT', message, {
      hint: 'It takes some seconds after the start; only H.264, H.265 and MPEG-4 can be kept, for a minute.',
    });
  }

  /** Settles early when the desk closes. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, end);
      signal.addEventListener('abort', end);
    });
  }

  #untilClosed<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        reject(goneMeanwhile());
      };
      signal.addEventListener('abort', end);
      void work.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', end);
      });
    });
  }
}

/** Who asks for the same at the same time gets the same bytes; those of a message are its own. */
function own(bytes: Buffer): Buffer {
  return Buffer.from(bytes);
}

function tooMany(): SentinelError {
  return new SentinelError(
    'ES_CLIP_FAILED',
    `${mostWaiting} pictures and clips of this camera are waited for already.`,
    {
      hint: 'Ask for the next one when one has come.',
    },
  );
}

function goneMeanwhile(): SentinelError {
  return new SentinelError('ES_CLIP_FAILED', 'The node was closed before the picture or clip was there.', {
    hint: 'Ask again after the deploy.',
  });
}
