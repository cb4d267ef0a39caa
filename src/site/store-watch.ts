import type { MediaRequest, StateCommand, ViewChange } from '../contracts/commands.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { cameraOf, type RunnableStream } from '../streams/stored-stream.ts';
import { addressLost } from '../streams/stream-store.ts';
import {
  CameraWatch,
  type CameraState,
  type CameraWatchOptions,
  type MediaAnswer,
  type PictureView,
} from './camera-watch.ts';
import { LostStream } from './lost-stream.ts';

/** After a failure of the database, and while the key of an address is away: it may be put back. */
const againMs = 5000;

/** How the streams of the store do, for the line under a node. */
export interface StoreState {
  all: number;
  online: number;
  /** Names of those that have not connected yet. */
  connecting: string[];
  /** Names of those that are not there. */
  away: string[];
  /** Names of those that somebody tampers with. */
  tampered: string[];
  /** The store itself cannot be read. */
  failed: boolean;
}

export interface StoreWatchOptions extends Pick<CameraWatchOptions, 'site' | 'watcher' | 'view' | 'emit'> {
  show: (state: StoreState) => void;
  fail: (error: SentinelError, message?: { topic: string; payload: unknown }) => void;
}

interface Running {
  /** All that it was begun with: a secret, in memory only. */
  print: string;
  watch: CameraWatch | LostStream;
  state: CameraState | undefined;
}

const beginning: readonly string[] = ['idle', 'probing', 'connecting'];

/** Watches every stream of the store that is to run, for as long as it is: without a deploy. */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  /** By the key of the row. */
  readonly #running = new Map<string, Running>();
  readonly #unsubscribe: () => void;
  #asked: PictureView;
  #isWanted = false;
  #turn: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;
  #failed = false;
  #closed = false;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
    this.#asked = options.view;
    this.#unsubscribe = options.site.streamChanges.add(() => {
      this.#look();
    });
    this.#look();
  }

  /**
   * Follows a command: of one stream, or of all that run now where none is named.
   * @throws SentinelError ES_BAD_INPUT, also for a picture or clip of nobody in particular; as `CameraWatch.obey`
   */
  async obey(command: StateCommand | ViewChange | MediaRequest, source?: string): Promise<MediaAnswer | undefined> {
    const watches = [...this.#running.values()].flatMap(({ watch }) => (watch instanceof CameraWatch ? [watch] : []));
    const meant = source === undefined ? watches : watches.filter((watch) => watch.source === source);
    const [first] = meant;
    if (first === undefined && source !== undefined) {
      throw new SentinelError('ES_BAD_INPUT', `No stream "${source.slice(0, 64)}" of the store runs here.`);
    }
    if (typeof command === 'object' && 'ask' in command) {
      if (first !== undefined && meant.length === 1) return await first.obey(command);
      throw new SentinelError('ES_BAD_INPUT', 'Of which stream the picture or clip is to be is not said.', {
        hint: 'Name it: { "command": "snapshot", "source": "door" }.',
      });
    }
    if (typeof command === 'object' && source === undefined) this.#asked = { ...this.#asked, ...command };
    await Promise.all(meant.map((watch) => watch.obey(command)));
    return undefined;
  }

  /** Settles when nothing of it runs. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#cancelRetry();
    await this.#turn;
    await Promise.all([...this.#running.keys()].map((key) => this.#end(key)));
  }

  /** One look at the store at a time; what changes meanwhile is looked at after it. */
  #look(): void {
    this.#isWanted = true;
    this.#turn ??= this.#lookAll()
      .catch((error: unknown) => {
        this.#complain(error);
      })
      .finally(() => {
        this.#turn = undefined;
      });
  }

  async #lookAll(): Promise<void> {
    while (this.#isWanted && !this.#closed) {
      this.#isWanted = false;
      await this.#fit();
    }
  }

  /** Ends what is not to run any more, or not so, and begins what is. */
  async #fit(): Promise<void> {
    const streams = await this.#streams();
    if (streams === undefined || this.#closed) return;
    const wanted = new Map(streams.map((stream) => [stream.key, stream]));
    const others = [...this.#running].filter(([key, { print }]) => print !== printOf(wanted.get(key)));
    await Promise.all(others.map(([key]) => this.#end(key)));
    this.#beginNew(streams);
  }

  #beginNew(streams: readonly RunnableStream[]): void {
    if (this.#closed) return;
    for (const stream of streams) if (!this.#running.has(stream.key)) this.#begin(stream);
    this.#show();
    if (streams.some(({ isLost }) => isLost)) this.#lookLater();
  }

  #lookLater(): void {
    this.#cancelRetry();
    if (this.#closed) return;
    this.#cancelRetry = this.#options.site.clock.after(againMs, () => {
      this.#look();
    });
  }

  async #streams(): Promise<RunnableStream[] | undefined> {
    const { site, fail } = this.#options;
    try {
      const streams = await site.streams.runnable();
      this.#failed = false;
      return streams;
    } catch (error) {
      // What runs goes on.
      if (!this.#failed && !this.#closed) fail(asSentinelError(error, 'ES_DATABASE'));
      this.#failed = true;
      this.#show();
      this.#lookLater();
      return undefined;
    }
  }

  #begin(stream: RunnableStream): void {
    const { site, watcher, view, emit, fail } = this.#options;
    const { key, source, address } = stream;
    const running: Omit<Running, 'watch'> & Partial<Running> = { print: printOf(stream), state: undefined };
    const options: CameraWatchOptions = {
      ...{ site, watcher: `${watcher} ${key}`, view, stored: true, asked: this.#asked, emit, fail },
      camera: { id: `stream ${key}`, config: cameraOf(stream), credentials: {} },
      show: (state) => {
        running.state = state;
        this.#show();
      },
    };
    if (address === undefined) running.watch = new LostStream(options, addressLost(source));
    else running.watch = watchOf(options);
    this.#running.set(key, running as Running);
  }

  async #end(key: string): Promise<void> {
    try {
      await this.#running.get(key)?.watch.close();
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#running.delete(key);
    }
  }

  /** Nobody waits for it, and it must not end the process. */
  #complain(error: unknown): void {
    this.#options.site.log.error(`The streams of the store: ${String(error)}`);
  }

  #show(): void {
    if (this.#closed) return;
    const all = [...this.#running.values()].map(({ watch, state }) => ({ source: watch.source, state }));
    const named = (fits: (state: CameraState | undefined) => boolean): string[] =>
      all.filter(({ state }) => fits(state)).map(({ source }) => source);
    const online = named((state) => state?.status === 'connected');
    const connecting = named((state) => beginning.includes(state?.status ?? 'idle'));
    this.#options.show({
      ...{ all: all.length, online: online.length, connecting, failed: this.#failed },
      away: named((state) => state?.status !== 'connected' && !beginning.includes(state?.status ?? 'idle')),
      tampered: named((state) => state?.tampering !== undefined),
    });
  }
}

/** An address that was good when it was written may not be so any more. */
function watchOf(options: CameraWatchOptions): CameraWatch | LostStream {
  try {
    return new CameraWatch(options);
  } catch (error) {
    return new LostStream(options, asSentinelError(error, 'ES_BAD_ADDRESS'));
  }
}

/** All that a stream runs with; its name for people does not count. */
function printOf(stream: RunnableStream | undefined): string {
  return stream === undefined ? '' : JSON.stringify([stream.area, stream.address ?? null, stream.settings]);
}
