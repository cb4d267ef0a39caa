import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clip, ClipSpan, Clock, KeptSound, StillPicture } from '../../contracts/ports.ts';
import { SentinelError } from '../../contracts/errors.ts';
import type { FfmpegProgram } from '../ffmpeg-program.ts';
import type { CameraRing } from '../ring/camera-ring.ts';
import type { RingFolders } from '../ring/ring-folders.ts';
import type { Segment } from '../ring/segment.ts';
import { clipOptions, concatInput, concatOptions, pictureOptions, soundOptions } from './clip-arguments.ts';
import { runFfmpegJob, type JobRunner } from './ffmpeg-job.ts';
import type { Turns } from './turns.ts';

/** From the arrival of a picture until it is in a file: muxing holds packets for a moment. */
const settleMs = 250;
/** A picture from so long before still shows what is asked for. */
const nearMs = 5000;
/** Nobody waits for longer than a ring lasts. */
const longestWaitMs = 60_000;
const mostAtOnce = 64;
/** Copying a minute takes a fraction of a second; encoding it, on a small machine, a minute. */
const [copyWithinMs, encodeWithinMs] = [20_000, 180_000];

export interface RingClipsOptions {
  ring: CameraRing;
  folders: RingFolders;
  turns: Turns;
  program: () => Promise<Pick<FfmpegProgram, 'path' | 'hidesAddress'>>;
  /** Milliseconds from the lens to our last byte. */
  captureDelayMs: number;
  clock: Clock;
  run?: JobRunner;
}

/** What a job works with. */
interface Material {
  segments: readonly [Segment, ...Segment[]];
  /** Runs ffmpeg on the segments. @returns what it wrote, undefined for nothing */
  make: (name: string, options: readonly string[], encodes?: boolean) => Promise<Buffer | undefined>;
}

/** Clips, pictures and sound out of the ring of one camera. Who asks for the same at the same time shares the work. */
export class RingClips {
  readonly #options: RingClipsOptions;
  readonly #shared = new Map<string, Promise<unknown>>();

  constructor(options: RingClipsOptions) {
    this.#options = options;
  }

  /** See `ClipSource.clip`. */
  clip({ from, to, playable = false }: ClipSpan & { playable?: boolean }): Promise<Clip | undefined> {
    return this.#share(`clip ${from} ${to} ${playable}`, async () => {
      await this.#seen(to);
      return await this.#with({ from, to }, async ({ segments, make }) => {
        const { options, encodes } = clipOptions(segments, playable);
        const bytes = await make('clip.mp4', options, encodes);
        const [first, last] = [segments[0], segments.at(-1) ?? segments[0]];
        return bytes && { bytes, from: this.#epoch(first.from), to: this.#epoch(last.to) };
      });
    });
  }

  /** See `ClipSource.snapshot`. */
  snapshot(at: number): Promise<StillPicture | undefined> {
    return this.#share(`snapshot ${at}`, async () => {
      if (at > this.#options.clock.now()) await this.#seen(at);
      return await this.#with(
        { from: at - nearMs - this.#options.ring.lateMs, to: at + 1, only: 'last' },
        async ({ segments: [segment], make }) => {
          const wanted = Math.min(this.#monotonic(at), segment.to) - segment.from;
          // The newest picture may be older than the clock says; the key frame is always there.
          for (const into of [Math.max(0, wanted), Math.max(0, wanted - settleMs - this.#options.captureDelayMs), 0]) {
            const bytes = await make('still.jpg', pictureOptions(segment, into / 1000));
            // The clocks may differ by a millisecond of rounding.
            if (bytes !== undefined) return { bytes, capturedAt: Math.min(at, this.#epoch(segment.from + into)) };
          }
          return undefined;
        },
      );
    });
  }

  /** See `ClipSource.audio`. */
  audio({ from, to, format }: ClipSpan & { format: 'wav' | 'ogg' }): Promise<KeptSound | undefined> {
    return this.#share(`audio ${from} ${to} ${format}`, async () => {
      await this.#seen(to);
      return await this.#with({ from, to }, async ({ segments, make }) => {
        const [first, last] = [segments[0], segments.at(-1) ?? segments[0]];
        if (!first.sound) return undefined;
        const start = Math.max(first.from, this.#monotonic(from));
        const end = Math.min(last.to, this.#monotonic(to));
        const options = soundOptions(format, (start - first.from) / 1000, (end - start) / 1000);
        const bytes = await make(`sound.${format}`, options);
        return bytes && { bytes, from: this.#epoch(start), to: this.#epoch(end) };
      });
    });
  }

  /** Hands what is kept of a span to a job in its turn; undefined where nothing is, or the camera was taken away meanwhile. */
  async #with<T>(
    { from, to, only }: ClipSpan & { only?: 'last' },
    job: (material: Material) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { ring, turns, folders } = this.#options;
    if (this.#isClosed()) return undefined;
    const held = ring.hold(this.#monotonic(from), this.#monotonic(to));
    try {
      const [first, ...others] = ofOneKind(only === undefined ? held.segments : held.segments.slice(-1));
      if (first === undefined) return undefined;
      return await turns.take(async () => {
        const folder = await folders.make();
        try {
          const segments: Material['segments'] = [first, ...others];
          const files = await complete(segments, folder);
          const make: Material['make'] = (name, options, encodes = false) =>
            this.#make({ folder, files }, { file: join(folder, name), options }, encodes);
          return await job({ segments, make });
        } finally {
          await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
        }
      });
    } catch (error) {
      if (this.#isClosed()) return undefined;
      throw error;
    } finally {
      held.release();
    }
  }

  async #make(
    { folder, files }: { folder: string; files: readonly Segment[] },
    output: { file: string; options: readonly string[] },
    encodes: boolean,
  ): Promise<Buffer | undefined> {
    const { program, clock, ring, run = runFfmpegJob } = this.#options;
    const { path, hidesAddress: takesOptions } = await program();
    const input = { file: join(folder, 'list.txt'), options: concatOptions };
    await writeFile(input.file, concatInput(files, takesOptions && !encodes), { mode: 0o600 });
    const limits = { withinMs: encodes ? encodeWithinMs : copyWithinMs, patient: encodes };
    await run({ program: path, input, output, ...limits }, { clock, signal: ring.signal });
    const bytes = await readFile(output.file).catch(() => undefined);
    return bytes?.length === 0 ? undefined : bytes;
  }

  /** Settles when what the lens saw until then (epoch ms) is written, or the ring is closed. */
  async #seen(at: number): Promise<void> {
    const { clock, captureDelayMs, ring } = this.#options;
    const waitMs = Math.min(longestWaitMs, at + captureDelayMs + ring.lateMs + settleMs - clock.now());
    if (waitMs <= 0 || ring.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        ring.signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.after(waitMs, done);
      ring.signal.addEventListener('abort', done);
    });
  }

  #isClosed(): boolean {
    return this.#options.ring.signal.aborted;
  }

  async #share<T>(key: string, make: () => Promise<T>): Promise<T> {
    const present = this.#shared.get(key) as Promise<T> | undefined;
    if (present !== undefined) return await present;
    if (this.#shared.size >= mostAtOnce) {
      throw new SentinelError(
        'ES_CLIP_FAILED',
        `${mostAtOnce} clips and pictures of this camera are asked for already.`,
      );
    }
    const work = make().finally(() => {
      this.#shared.delete(key);
    });
    this.#shared.set(key, work);
    return await work;
  }

  /** Epoch time on the Site clock as monotonic time: what is kept does not step with the wall clock. */
  #monotonic(epoch: number): number {
    const { clock } = this.#options;
    return epoch - clock.now() + clock.monotonic();
  }

  #epoch(monotonic: number): number {
    const { clock } = this.#options;
    return Math.round(monotonic - clock.monotonic() + clock.now());
  }
}

/** Pictures of different codecs or sizes, or some with sound and some without, do not fit one file: the newest decide. */
function ofOneKind(segments: readonly Segment[]): readonly Segment[] {
  const last = segments.at(-1);
  return segments.filter(
    ({ video, size, sound }) => video === last?.video && size === last.size && sound === last.sound,
  );
}

/** A segment that grows is copied as far as it has come; there may be nothing of it yet. */
async function complete(segments: readonly Segment[], folder: string): Promise<Segment[]> {
  const open = join(folder, 'open.ts');
  const copied = segments.map(async (segment) => {
    if (!segment.open) return [segment];
    return await copyFile(segment.file, open).then(
      () => [{ ...segment, file: open }],
      () => [],
    );
  });
  return (await Promise.all(copied)).flat();
}
