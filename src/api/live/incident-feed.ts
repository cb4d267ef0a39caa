import type { LiveArming, LiveIncident, LiveStream } from '../../contracts/api.ts';
import { MessageRing } from './message-ring.ts';

/** What is told: an incident, the mode of a site, or the status of a camera or microphone. */
export type LiveNews = Omit<LiveIncident, 'seq'> | Omit<LiveArming, 'seq'> | Omit<LiveStream, 'seq'>;

/** Something that changed. */
export interface Change {
  /** The same for every change of one incident, or of the mode of one site. */
  key: string;
  /** As it stands now. */
  load(): Promise<LiveNews | undefined>;
}

export interface IncidentFeedOptions {
  /** Tells of every stored change; the returned function ends it. */
  watch: (listener: (change: Change) => void) => () => void;
  newSecret: () => string;
  /** Hands a message to everybody who is connected. */
  send: (message: string) => void;
  /** Changes were lost: whoever is connected must fetch anew. */
  onLoss: (cause: unknown) => void;
}

/** More incidents than this changing while one is read mean a storm: fetching the list is then cheaper. */
const mostWaiting = 500;

/**
 * Numbers the changes of incidents and modes and keeps the newest. It begins with its first user: a house without a dashboard reads
 * nothing twice. Of several changes that come while one is read, the last state is told.
 */
export class IncidentFeed {
  readonly #options: IncidentFeedOptions;
  readonly #waiting = new Map<string, Change>();
  #ring = new MessageRing();
  #epoch: string;
  #reading = false;
  #stop: (() => void) | undefined;

  constructor(options: IncidentFeedOptions) {
    this.#options = options;
    this.#epoch = options.newSecret();
  }

  /** Begins to listen; doing it again does nothing. */
  start(): void {
    this.#stop ??= this.#options.watch((change) => {
      this.#take(change);
    });
  }

  /** Listens no more. What was missed until a new start cannot be resumed. */
  stop(): void {
    if (this.#stop === undefined) return;
    this.#stop();
    this.#stop = undefined;
    this.#beginAnew();
  }

  get seq(): number {
    return this.#ring.seq;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** What was told since; undefined when that cannot be said any more. */
  since(seq: number | undefined, epoch: string | undefined): readonly string[] | undefined {
    return seq === undefined || epoch !== this.#epoch ? undefined : this.#ring.after(seq);
  }

  #take(change: Change): void {
    if (this.#waiting.size >= mostWaiting && !this.#waiting.has(change.key)) {
      this.#lose(new Error(`more than ${mostWaiting} incidents changed at once`));
      return;
    }
    this.#waiting.set(change.key, change);
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [key, change] = next;
      this.#waiting.delete(key);
      try {
        const news = await change.load();
        if (news !== undefined && this.#stop !== undefined) this.#tell(news);
      } catch (error) {
        this.#lose(error);
      }
    }
    this.#reading = false;
  }

  #tell({ type, ...news }: LiveNews): void {
    const message = this.#ring.add((seq) => JSON.stringify({ type, seq, ...news }));
    this.#options.send(message);
  }

  #lose(cause: unknown): void {
    this.#beginAnew();
    this.#options.onLoss(cause);
  }

  /** New numbers under a new epoch: nobody can take up where the gap is. */
  #beginAnew(): void {
    this.#waiting.clear();
    this.#ring = new MessageRing();
    this.#epoch = this.#options.newSecret();
  }
}
