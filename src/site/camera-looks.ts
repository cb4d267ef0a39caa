import type { CameraLookAnswer } from '../contracts/camera-look.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { codecWords } from '../media/codecs.ts';
import { locateFfmpeg } from '../media/ffmpeg-program.ts';
import { lookOnce, type Look } from '../media/look-once.ts';
import { snapshotRenderer } from '../vision/annotate.ts';
import type { CameraFeeds } from './camera-feeds.ts';
import type { CameraSource } from './camera-source.ts';

/** Each of its own connection is an ffmpeg. */
const mostAtOnce = { own: 4, all: 16 };
/** A feed that gives fewer pictures than one in this time is slower than a connection of our own. */
const nextFrameMs = 3000;
/** So late we may hear that somebody has left. */
const leavingMs = 500;

interface UnderWay {
  signal: AbortSignal;
  /** Settles with the end of its connection, and never rejects. */
  ended: Promise<unknown>;
}

/** One look that a dialog asks for. */
export interface LookOrder {
  source: CameraSource;
  transport: 'tcp' | 'udp';
  /** Id of the camera that runs with this very address and login; undefined when none does. */
  running: string | undefined;
  /** Whether its pictures have privacy masks in them. */
  masked: boolean;
  /** A connection of its own is wanted, as for a test. */
  fresh: boolean;
}

/** What the looks are taken with; tests hand in others. */
export interface LookPorts {
  clock: Clock;
  /** The feeds of every Site that is open. */
  feeds: () => readonly CameraFeeds[];
  lookOnce?: (source: CameraSource & { transport: 'tcp' | 'udp' }, signal: AbortSignal) => Promise<Look>;
}

/**
 * Pictures of cameras for whoever sets them up: from the running feed where that shows all of it, else over a connection
 * of its own, one at a time per camera.
 */
export class CameraLooks {
  readonly #ports: LookPorts;
  #looks = 0;
  /** Own connections, by address. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(ports: LookPorts) {
    this.#ports = ports;
  }

  /** @throws SentinelError as `lookOnce` does, and ES_CAMERA_BUSY while another look at this camera or many others are under way. */
  async look(order: LookOrder, signal: AbortSignal): Promise<CameraLookAnswer> {
    if (this.#looks >= mostAtOnce.all) throw busy();
    this.#looks += 1;
    try {
      return await this.#look(order, signal);
    } finally {
      this.#looks -= 1;
    }
  }

  async #look(order: LookOrder, signal: AbortSignal): Promise<CameraLookAnswer> {
    if (!order.fresh && !order.masked) {
      const newest = await this.#running(order, signal);
      if (newest !== undefined) return newest;
    }
    try {
      return await this.#own(order, signal);
    } catch (error) {
      // A camera that allows one viewer has one already: a masked picture is better than none.
      const helps = !order.fresh && !signal.aborted && asSentinelError(error, 'ES_BAD_INPUT').name !== 'ES_CAMERA_BUSY';
      const masked = helps ? await this.#running(order, signal) : undefined;
      if (masked === undefined) throw error;
      return masked;
    }
  }

  async #own({ source, transport }: LookOrder, signal: AbortSignal): Promise<CameraLookAnswer> {
    const { location } = source.address;
    for (let former = this.#underWay.get(location); former !== undefined; former = this.#underWay.get(location)) {
      if (!former.signal.aborted) await this.#leaves(former);
      if (!former.signal.aborted && this.#underWay.get(location) === former) throw busy();
      // Nobody waits for it any more, but its connection takes a moment to close.
      await former.ended;
      signal.throwIfAborted();
    }
    if (this.#underWay.size >= mostAtOnce.own) throw busy();
    const look = (this.#ports.lookOnce ?? this.#withFfmpeg)({ ...source, transport }, signal);
    const ended = look.then(
      () => this.#underWay.delete(location),
      () => this.#underWay.delete(location),
    );
    this.#underWay.set(location, { signal, ended });
    return answerOf(await look);
  }

  /** Whoever presses a button again leaves the former question, which may be heard a little later than the new one. */
  #leaves({ signal, ended }: UnderWay): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#ports.clock.after(leavingMs, done);
      signal.addEventListener('abort', done);
      void ended.then(done);
    });
  }

  readonly #withFfmpeg: NonNullable<LookPorts['lookOnce']> = async (source, signal) => {
    const { clock } = this.#ports;
    return await lookOnce(source, { program: await locateFfmpeg(), clock, signal });
  };

  async #running({ running, masked }: LookOrder, signal: AbortSignal): Promise<CameraLookAnswer | undefined> {
    if (running === undefined) return undefined;
    const limit = new AbortController();
    const cancel = this.#ports.clock.after(nextFrameMs, () => {
      limit.abort();
    });
    const within = AbortSignal.any([signal, limit.signal]);
    try {
      const frames = await Promise.all(this.#ports.feeds().map((feeds) => feeds.nextFrame(running, within)));
      const frame = frames.find((found) => found !== undefined);
      if (frame === undefined) return undefined;
      const { bytes, width, height } = frame;
      const jpeg = await snapshotRenderer.jpeg({ bytes, encoding: 'rgb24', width, height }, []);
      return { from: masked ? 'running-masked' : 'running', picture: asDataUrl(jpeg), width, height };
    } catch (error) {
      // Without the native library that encodes it, ffmpeg can do so.
      if (asSentinelError(error, 'ES_IMAGE_INVALID').name === 'ES_RUNTIME_MISSING') return undefined;
      throw error;
    } finally {
      cancel();
    }
  }
}

function answerOf({ video, size, rate, audio, jpeg, firstPictureMs }: Look): CameraLookAnswer {
  return {
    from: 'camera',
    picture: asDataUrl(jpeg),
    ...(size ?? { width: 16, height: 9 }),
    stream: {
      video: codecWords(video),
      latency: Math.round(firstPictureMs / 100) / 10,
      ...(size === undefined ? {} : { size }),
      ...(rate === undefined ? {} : { rate }),
      ...(audio === undefined ? {} : { audio: codecWords(audio) }),
    },
  };
}

function asDataUrl(jpeg: Buffer): string {
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

function busy(): SentinelError {
  return new SentinelError('ES_CAMERA_BUSY', 'Somebody is looking at this camera already, or at many others.', {
    hint: 'Try again in some seconds.',
  });
}
