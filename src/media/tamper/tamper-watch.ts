import type { Cue, TamperKind } from '../../contracts/messages.ts';
import type { Clock } from '../../contracts/ports.ts';
import type { RawFrame } from '../frame-reader.ts';
import { likeness } from './likeness.ts';
import { measure, type Measure } from './measure.ts';
import { suspect, type Glance, type Suspicion } from './suspicion.ts';
import { UsualView } from './usual-view.ts';

/** A picture that is as usual again for so long ends it. */
const backMs = 5000;
/** Another view that has stayed for so long is the usual one from then on: somebody has moved the camera on purpose. */
const newViewMs = 600_000;
/** A view that is less like the one of a moment ago than this is not one view, but things going by. */
const sameView = 0.5;
/** Nothing here is told within seconds, so not every picture has to be looked at. */
const lookMs = 900;
/** Without pictures for longer than this, what was suspected is looked at anew. */
const gapMs = 15_000;

/** What a picture shows that it should not, or that this is over. */
export interface Tampering {
  kind: TamperKind;
  /** 0: it is over. */
  score: number;
  /** The numbers that explain it; `since` and `until` are epoch milliseconds. */
  features: Cue['features'];
}

/** A suspicion that has to last before it is said. */
interface Pending extends Suspicion {
  since: number;
  /** What was shown then. */
  cells: Float32Array;
}

/**
 * Watches the pictures of one camera for what an intruder does to a camera: black, white, covered, blurred, turned away,
 * or a still put in its place. Each is said once, after it has lasted, and so is its end.
 */
export class TamperWatch {
  readonly #clock: Clock;
  #size = '';
  #usual = new UsualView();
  #last: { fingerprint: number; at: number; sameSince: number } | undefined;
  #pending: Pending | undefined;
  #told: Pending | undefined;
  #fineSince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was said and is not over. */
  get present(): Tampering | undefined {
    return this.#told && this.#telling(this.#told, {});
  }

  /** Looks at about one picture a second, 0.1 to 0.3 ms; its bytes are read at once and not kept. @returns what is news. */
  push(frame: RawFrame): Tampering | undefined {
    const at = this.#clock.monotonic();
    if (this.#last !== undefined && at - this.#last.at < lookMs) return undefined;
    const size = `${frame.width} x ${frame.height}`;
    if (size !== this.#size) this.#usual = new UsualView();
    this.#size = size;
    if (this.#last !== undefined && at - this.#last.at > gapMs) this.#pending = this.#last = undefined;
    const shown = measure(frame);
    const glance: Glance = {
      measure: shown,
      comparison: this.#usual.compare(shown),
      sameForMs: this.#sameFor(shown, at),
    };
    const suspicion = suspect(glance);
    if (suspicion === undefined) return this.#fine(shown, at);
    this.#fineSince = undefined;
    return this.#suspected(suspicion, glance, at);
  }

  #sameFor({ fingerprint }: Measure, at: number): number {
    const sameSince = this.#last?.fingerprint === fingerprint ? this.#last.sameSince : at;
    this.#last = { fingerprint, at, sameSince };
    return at - sameSince;
  }

  #fine(shown: Measure, at: number): Tampering | undefined {
    this.#pending = undefined;
    if (this.#told === undefined) {
      this.#usual.learn(shown, at);
      return undefined;
    }
    this.#fineSince ??= at;
    return at - this.#fineSince < backMs ? undefined : this.#over('usual again', at);
  }

  #suspected(suspicion: Suspicion, { measure: shown, comparison }: Glance, at: number): Tampering | undefined {
    const told = this.#told;
    if (told?.kind === suspicion.kind) {
      this.#pending = undefined;
      const isNewView = told.kind === 'shifted' && at - told.since >= newViewMs;
      if (!isNewView) return undefined;
      this.#usual = new UsualView();
      return this.#over('taken as the usual view', at);
    }
    if (this.#pending?.kind !== suspicion.kind || this.#goesBy(this.#pending, shown)) {
      this.#pending = { ...suspicion, since: at - suspicion.lastedMs, cells: shown.cells };
    }
    const { since, cells } = this.#pending;
    if (at - since < suspicion.holdMs) return undefined;
    this.#told = { ...suspicion, since, cells };
    this.#pending = undefined;
    const { mean, structure, detail } = shown;
    return this.#telling(this.#told, {
      ...rounded({ brightness: mean, structure, detail }),
      ...(comparison === undefined
        ? {}
        : rounded({
            likeness: comparison.likeness,
            edges: comparison.edges,
            brightnessOfUsual: comparison.brightness,
            structureOfUsual: comparison.structure,
            detailOfUsual: comparison.detail,
          })),
    });
  }

  /** Whether it only looks like another view because something moves before the lens. */
  #goesBy({ kind, cells }: Pending, shown: Measure): boolean {
    return kind === 'shifted' && (likeness(cells, shown.cells) ?? 0) < sameView;
  }

  #over(why: string, at: number): Tampering | undefined {
    const told = this.#told;
    if (told === undefined) return undefined;
    this.#told = undefined;
    this.#fineSince = undefined;
    const lastedSeconds = Math.round((at - told.since) / 1000);
    return { ...this.#telling(told, { why, lastedSeconds }), score: 0 };
  }

  #telling({ kind, score, since }: Pending, features: Cue['features']): Tampering {
    const { now, monotonic } = { now: this.#clock.now(), monotonic: this.#clock.monotonic() };
    return { kind, score, features: { kind, since: Math.round(now - (monotonic - since)), ...features } };
  }
}

function rounded(numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Math.round(value * 100) / 100]));
}
