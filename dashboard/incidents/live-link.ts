import type { IncidentSummary, LiveMessage } from '../../src/contracts/api.ts';
import type { SiteArming } from '../../src/contracts/arming.ts';

/** What a connection says. */
export interface LiveEvents {
  message(text: string): void;
  /** @param code of the WebSocket; 1006 when there was none */
  closed(code: number): void;
}

/** What the link needs of the world. */
export interface LivePorts {
  /** A ticket for one connection. @throws when the server refuses or cannot be reached */
  ticket(): Promise<string>;
  /** @returns what closes it */
  connect(query: { ticket: string; since?: string; epoch?: string }, events: LiveEvents): () => void;
  /** Rejects when the server cannot be reached: a connection whose cable was pulled says nothing by itself. */
  check(): Promise<unknown>;
  /** @returns what cancels it */
  wait(ms: number, run: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

export interface LiveListener {
  /** Connected. Without `resumed`, messages may have been missed: the list must be fetched. */
  live(resumed: boolean): void;
  incident(incident: IncidentSummary): void;
  arming(arming: SiteArming): void;
  /** Not connected any more, or not yet; the next try follows by itself. `reachable`: HTTP works, only the socket does not. */
  lost(reason: unknown, reachable: boolean): void;
}

const helloWithinMs = 10_000;
const checkEveryMs = 25_000;
const firstRetryMs = 700;
const longestRetryMs = 15_000;
/** The server does not want us back at once after these. */
const patientCodes: ReadonlySet<number> = new Set([1008, 1009]);

/** Keeps a live connection: asks for a ticket, connects, takes up where it was cut off, tries again without end. */
export class LiveLink {
  readonly #ports: LivePorts;
  readonly #listener: LiveListener;
  #disconnect: (() => void) | undefined;
  #cancelWait: (() => void) | undefined;
  #failures = 0;
  #last: { since: number; epoch: string } | undefined;
  #isLive = false;
  #isStopped = true;
  /** Changes with every try, so that what belongs to an older one is not heard. */
  #attempt = 0;

  constructor(ports: LivePorts, listener: LiveListener) {
    this.#ports = ports;
    this.#listener = listener;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    void this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#leave();
  }

  /** The network came back, or somebody looks at the page again: no waiting now. */
  retryNow(): void {
    if (!this.#isStopped && this.#disconnect === undefined && this.#cancelWait !== undefined) void this.#connect();
  }

  /** The network is gone, whatever the socket believes. */
  drop(reason: unknown): void {
    if (!this.#isStopped) this.#lose(reason, false);
  }

  async #connect(): Promise<void> {
    this.#leave();
    const attempt = ++this.#attempt;
    let ticket: string;
    try {
      ticket = await this.#ports.ticket();
    } catch (error) {
      if (attempt === this.#attempt && !this.#isStopped) this.#lose(error, false);
      return;
    }
    if (attempt !== this.#attempt || this.#isStopped) return;
    const last = this.#last;
    const resume = last === undefined ? {} : { since: String(last.since), epoch: last.epoch };
    this.#cancelWait = this.#ports.wait(helloWithinMs, () => {
      this.#lose(new Error('The live connection says nothing.'), true);
    });
    this.#disconnect = this.#ports.connect(
      { ticket, ...resume },
      {
        message: (text) => {
          if (attempt === this.#attempt) this.#take(JSON.parse(text) as LiveMessage);
        },
        closed: (code) => {
          if (attempt !== this.#attempt) return;
          this.#lose(new Error(`The live connection was closed (${code}).`), !this.#isLive, patientCodes.has(code));
        },
      },
    );
  }

  #take(message: LiveMessage): void {
    if (message.type === 'hello') {
      const since = message.resumed ? (this.#last?.since ?? message.seq) : message.seq;
      this.#last = { since, epoch: message.epoch };
      this.#failures = 0;
      this.#isLive = true;
      this.#checkLater();
      this.#listener.live(message.resumed);
    } else {
      if (this.#last !== undefined) this.#last.since = message.seq;
      if (message.type === 'incident') this.#listener.incident(message.incident);
      if (message.type === 'arming') this.#listener.arming(message.arming);
    }
  }

  #checkLater(): void {
    this.#cancelWait?.();
    const attempt = this.#attempt;
    this.#cancelWait = this.#ports.wait(checkEveryMs, () => {
      this.#ports.check().then(
        () => {
          if (attempt === this.#attempt && this.#isLive) this.#checkLater();
        },
        (error: unknown) => {
          if (attempt === this.#attempt && this.#isLive) this.#lose(error, false);
        },
      );
    });
  }

  #lose(reason: unknown, reachable: boolean, patient = false): void {
    this.#leave();
    const step = patient ? longestRetryMs * 2 : Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#failures += 1;
    // Many pages that lost one server must not come back in one moment.
    this.#cancelWait = this.#ports.wait(step * (0.75 + this.#ports.random() / 2), () => void this.#connect());
    this.#listener.lost(reason, reachable);
  }

  #leave(): void {
    this.#attempt += 1;
    this.#isLive = false;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#disconnect?.();
    this.#disconnect = undefined;
  }
}
