import { rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Log } from '../../contracts/ports.ts';
import type { SourceContent } from '../source-probe.ts';
import type { RingFolders } from './ring-folders.ts';
import { keptVideo, segmentNames, soundInto, type RingOutput } from './ring-output.ts';
import { RingRun } from './ring-run.ts';
import type { Segment } from './segment.ts';

/** What is kept of a camera: 5 s before an event, 10 s after it, and time to fetch it. 64 MB are 60 s of 8 Mbit/s. */
const ringLimits = { ms: 60_000, bytes: 64 << 20 } as const;
/** A camera whose time runs fast makes more than one a second; names must not be used again while they are kept. */
const mostSegments = segmentNames / 2;
const bytesPerBlock = 512;

export interface CameraRingOptions {
  /** For people. */
  camera: string;
  /** Whether sound is kept too: only where its owner allows it. */
  sound: boolean;
  /** Milliseconds from the lens to our last byte. */
  captureDelayMs: number;
  folders: RingFolders;
  clock: Clock;
  log: Log;
  limits?: { ms: number; bytes: number };
}

/** Segments that stay on the disk until they are released. */
export interface HeldSegments {
  segments: readonly Segment[];
  release(): void;
}

/**
 * The last minute of one camera as it came, in files that ffmpeg writes beside its other outputs, indexed by capture
 * time. It outlives a connection, and it never costs one: what cannot be kept is said once.
 */
export class CameraRing {
  readonly #options: CameraRingOptions;
  readonly #limits: { ms: number; bytes: number };
  /** In the order in which they were written. */
  #segments: Segment[] = [];
  /** How many hold a file. */
  readonly #holds = new Map<string, number>();
  /** Folders of connections; the last one is the present one's. */
  #folders: string[] = [];
  #run: RingRun | undefined;
  #lateMs = (): number => 0;
  #told: string | undefined;
  readonly #closing = new AbortController();

  constructor(options: CameraRingOptions) {
    this.#options = options;
    this.#limits = options.limits ?? ringLimits;
  }

  /** Bytes of the complete segments that are kept now. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Aborted when the ring is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Makes room for a new connection.
   * @param mask see `Segment`
   * @returns undefined when nothing of it can be kept; never rejects.
   */
  async prepare(
    { video, audio }: Pick<SourceContent, 'video' | 'audio'>,
    mask?: string,
  ): Promise<RingOutput | undefined> {
    const kept = keptVideo(video);
    if (kept === undefined) {
      this.#tell(`a picture of this kind (${video === '' ? 'unknown' : video}) cannot be kept as it comes`);
      return undefined;
    }
    try {
      await this.#removeEmpty();
      const folder = await this.#options.folders.make();
      this.#folders.push(folder);
      if (this.signal.aborted) await this.close();
      const sound = this.#options.sound && audio !== undefined ? soundInto(audio) : undefined;
      return this.signal.aborted ? undefined : { folder, video: kept, sound, mask };
    } catch (error) {
      this.#tell(`no folder can be made for it (${codeOf(error)})`);
      return undefined;
    }
  }

  /** Milliseconds by which this machine is behind now: how much later than usual something is kept. */
  get lateMs(): number {
    return this.#lateMs();
  }

  /** The connection that writes into what was prepared begins. */
  begin({ folder, video, sound, mask }: RingOutput, lateMs = (): number => 0): RingRun {
    const { clock, captureDelayMs } = this.#options;
    this.#lateMs = lateMs;
    const run = new RingRun(
      { folder, video, sound: sound !== undefined, mask, captureDelayMs, lateMs, clock },
      {
        segment: (segment) => void this.#add(segment),
        lost: (why) => {
          this.#tell(why);
        },
        grows: (file) => void this.#limit(run, file),
      },
    );
    this.#run = run;
    return run;
  }

  /** What is kept between two times of the monotonic clock, oldest first, and stays until it is released. */
  hold(from: number, to: number): HeldSegments {
    const open = this.#run?.open;
    const segments = [...this.#segments, ...(open === undefined ? [] : [open])].filter(
      (segment) => segment.from < to && segment.to > from,
    );
    for (const { file } of segments) this.#holds.set(file, (this.#holds.get(file) ?? 0) + 1);
    let held = true;
    return {
      segments,
      release: () => {
        if (!held) return;
        held = false;
        for (const { file } of segments) this.#letGo(file);
      },
    };
  }

  /** Forgets and removes all, at the end of the camera. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#run?.end();
    this.#run = undefined;
    this.#segments = [];
    await removeFolders(this.#folders.splice(0));
    await this.#options.folders.tidy();
  }

  async #add(segment: Segment): Promise<void> {
    const added = { ...segment };
    this.#segments.push(added);
    added.bytes = await stat(segment.file).then(
      ({ size }) => size,
      () => 0,
    );
    // A disk that is full leaves empty files.
    if (added.bytes === 0) this.#segments = this.#segments.filter((other) => other !== added);
    else this.#told = undefined;
    this.#dropOld();
  }

  /** Between two key frames a segment grows without end. ffmpeg writes on behind what is cut off: a hole, which takes no room. */
  async #limit(run: RingRun, file: string): Promise<void> {
    const blocks = await stat(file).then(
      (growing) => growing.blocks,
      () => 0,
    );
    if (blocks * bytesPerBlock <= this.#limits.bytes || !run.spoil(file)) return;
    await truncate(file).catch(() => undefined);
    this.#tell('too much comes between two key frames');
  }

  /** What is too old is so beside the newest: the last minute of a camera that is away stays. */
  #dropOld(): void {
    const oldest = (this.#segments.at(-1)?.to ?? 0) - this.#limits.ms;
    let bytes = this.bytes;
    while (this.#segments.length > 1) {
      const [first] = this.#segments;
      const fits = bytes <= this.#limits.bytes && this.#segments.length <= mostSegments;
      if (first === undefined || (first.to >= oldest && fits)) break;
      this.#segments.shift();
      bytes -= first.bytes;
      if (!this.#holds.has(first.file)) remove(first.file);
    }
  }

  /** A camera that is tried for days must not leave a folder for every try. */
  async #removeEmpty(): Promise<void> {
    const files = [...this.#segments.map(({ file }) => file), ...this.#holds.keys()];
    const unused = this.#folders.filter((folder) => !files.some((file) => dirname(file) === folder));
    this.#folders = this.#folders.filter((folder) => !unused.includes(folder));
    await removeFolders(unused);
  }

  #letGo(file: string): void {
    const holds = (this.#holds.get(file) ?? 0) - 1;
    if (holds > 0) {
      this.#holds.set(file, holds);
      return;
    }
    this.#holds.delete(file);
    if (this.#run?.open?.file !== file && !this.#segments.some((segment) => segment.file === file)) remove(file);
  }

  /** Once until something is kept again. */
  #tell(why: string): void {
    if (this.#told === why) return;
    this.#told = why;
    this.#options.log.warn(`Camera ${this.#options.camera}: no clips and pictures of what was before, since ${why}.`);
  }
}

async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

function remove(file: string): void {
  void rm(file, { force: true }).catch(() => undefined);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
