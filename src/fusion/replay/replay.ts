import { VirtualClock } from '../../clock/virtual-clock.ts';
import { SentinelError } from '../../contracts/errors.ts';
import type { Incident } from '../../contracts/messages.ts';
import type { Clock } from '../../contracts/ports.ts';
import { FusionEngine, type FusionOptions } from '../engine.ts';
import { refuseUnusable } from '../rule-check.ts';
import { neighboursOf } from '../stories.ts';
import type { RecordedSignal } from '../recording/signal-line.ts';

/** What a fuse-severity is set to, and whatever else its engine is handed. */
export type ReplaySettings = Omit<FusionOptions, 'site' | 'clock' | 'newId'>;

/** A site clock that is further back than this was set back. */
const stepMs = 2000;
/** Signals that do not say when they came are believed in this order; further back they are of another time. */
const backMs = 60_000;
/** An incident is told its evidence this long after its last reason at the latest. */
const afterMs = 6000;

/**
 * Plays recorded signals through the same engine that runs in the node, in the order in which they came and at the times at
 * which they came, on a clock of its own: the same recording and rules give the same incidents, word for word.
 */
export class Replay {
  readonly #settings: ReplaySettings;
  readonly #emit: (incident: Incident) => void;
  #playing: { clock: VirtualClock; engine: FusionEngine } | undefined;

  /** @throws SentinelError ES_BAD_CONFIG for rules that cannot be used */
  constructor(settings: ReplaySettings, emit: (incident: Incident) => void) {
    refuseUnusable(settings.rules, settings.location);
    neighboursOf(settings.neighbours ?? '');
    this.#settings = settings;
    this.#emit = emit;
  }

  /** The clock of the recording; before its first signal it is at 0. */
  get clock(): Clock {
    const clock = (): VirtualClock | undefined => this.#playing?.clock;
    return {
      now: () => clock()?.now() ?? 0,
      monotonic: () => clock()?.monotonic() ?? 0,
      after: (ms, callback) => clock()?.after(ms, callback) ?? (() => undefined),
    };
  }

  /** Now in the recording, epoch milliseconds; undefined before its first signal. */
  get now(): number | undefined {
    return this.#playing?.clock.now();
  }

  /** @throws SentinelError ES_BAD_INPUT when it lies long before the one before it and does not say when it came */
  accept({ signal, receivedAt }: RecordedSignal): void {
    const at = receivedAt ?? signal.capturedAt;
    const { clock, engine } = (this.#playing ??= this.#begin(at));
    const backBy = clock.now() - at;
    if (receivedAt === undefined && backBy > backMs) {
      throw new SentinelError(
        'ES_BAD_INPUT',
        `This signal is ${Math.round(backBy / 1000)} s older than one before it, and does not say when it came.`,
        { hint: 'Order the lines by capturedAt, or give each a receivedAt.' },
      );
    }
    if (receivedAt !== undefined && backBy > stepMs) clock.setTo(at);
    else clock.moveTo(at);
    engine.accept(signal);
  }

  /** Lets the time pass in which what is quiet ends. What lasts, such as a camera that is away, stays open. */
  finish(): void {
    const clock = this.#playing?.clock;
    const { quietSeconds, rules } = this.#settings;
    const delays = rules.map(({ entryDelaySeconds = 0 }) => entryDelaySeconds);
    clock?.moveTo(clock.now() + Math.max(quietSeconds, ...delays) * 1000 + afterMs);
  }

  #begin(at: number): { clock: VirtualClock; engine: FusionEngine } {
    const clock = new VirtualClock(at);
    let incidents = 0;
    const newId = (): string => `replay-${++incidents}`;
    return { clock, engine: new FusionEngine({ site: 'replay', newId, ...this.#settings, clock }, this.#emit) };
  }
}
