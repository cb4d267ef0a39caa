import { isOffline, switchedOff, type Cue, type StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import type { Latecomers } from './latecomers.ts';

interface Said {
  payload: StreamStatus | Cue;
  /** On the monotonic clock. */
  at: number;
}

/** What one camera or microphone has said that is still so: its stream is not as it should be, or its picture is not. */
export class LastingWords {
  readonly #clock: Clock;
  readonly #send: (payload: StreamStatus | Cue) => void;
  /** By kind, the stream first. */
  readonly #said = new Map<'stream-status' | 'cue', Said>();
  /** Ends it. */
  readonly close: () => void;

  /** @param send says something again. */
  constructor(
    { clock, latecomers }: { clock: Clock; latecomers: Latecomers },
    send: (payload: StreamStatus | Cue) => void,
  ) {
    this.#clock = clock;
    this.#send = send;
    this.close = latecomers.add((hearsFrom) => {
      this.#repeat(hearsFrom);
    });
  }

  /** Notes what is said now. */
  note(payload: StreamStatus | Cue): void {
    const { kind } = payload;
    const before = this.#said.get(kind)?.payload;
    if (kind === 'stream-status' && switchedOff.includes(payload.status)) this.#said.delete('cue');
    this.#said.delete(kind);
    if (isOver(payload)) return;
    const goesOn =
      kind === 'stream-status' && before?.kind === kind && isOffline(before.status) && isOffline(payload.status);
    const since = goesOn ? before.capturedAt : payload.capturedAt;
    this.#said.set(kind, { payload: { ...payload, capturedAt: since }, at: this.#clock.monotonic() });
  }

  #repeat(hearsFrom: number): void {
    for (const kind of ['stream-status', 'cue'] as const) {
      const said = this.#said.get(kind);
      if (said !== undefined && said.at <= hearsFrom) this.#send({ ...said.payload, repeated: true });
    }
  }
}

function isOver(payload: StreamStatus | Cue): boolean {
  return payload.kind === 'cue' ? payload.score === 0 : payload.status === 'connected';
}
