import { RecentSources } from '../confirmation/recent-sources.ts';
import type { Listener, ModelRun } from '../contracts/listening.ts';
import type { AudioScores } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { sourceKey } from '../contracts/source-key.ts';

export interface ListeningOptions {
  /** Id of the model. */
  model: string;
  clock: Clock;
}

/** A source, as the node that hears it sees it. */
export type SourceHeard = Listener & { site: string; source: string; area: string };

interface Heard {
  newest: { scores: AudioScores; seenAt: number; levels: Listener['levels'] } | undefined;
  last: Listener['last'];
  highest: Record<string, number>;
  /** Epoch ms. */
  since: number;
  unheard: number;
}

/**
 * What one audio-classify node hears of each of its sources: the newest window, and the highest score of each class since
 * somebody set it back. Numbers only, no sound.
 */
export class Listening {
  /** Why nothing is recognised, for people; undefined while the classifier works. */
  fault: string | undefined;
  readonly #options: ListeningOptions;
  readonly #sources: RecentSources<Heard>;
  #runs: ModelRun | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#sources = new RecentSources(() => this.#afresh());
  }

  get model(): string {
    return this.#options.model;
  }

  /** What runs the model, and how long it took for the newest window; undefined before the first one, or when it does not work. */
  get runs(): ModelRun | undefined {
    return this.fault === undefined ? this.#runs : undefined;
  }

  get sources(): SourceHeard[] {
    return this.#sources.all.flatMap(([, heard]) => this.#shown(heard) ?? []);
  }

  /**
   * Notes the scores of a window, and gives them back with the highest of each class.
   * @param more `unheard`: sounds that began in it and are not told, since our own loudspeaker talks.
   */
  hear(scores: AudioScores, { levels, unheard }: Pick<Listener, 'levels' | 'unheard'>): AudioScores {
    const heard = this.#sources.of(sourceKey(scores));
    for (const [label, score] of Object.entries(scores.scores)) {
      heard.highest[label] = Math.max(score, heard.highest[label] ?? 0);
    }
    heard.unheard += unheard;
    const { triggered, capturedAt } = scores;
    if (triggered.length > 0) heard.last = { sounds: triggered, at: capturedAt };
    this.#runs = { backend: scores.backend, windowMs: scores.timings.featuresMs + scores.timings.inferenceMs };
    const told = { ...scores, highest: { ...heard.highest } };
    heard.newest = { scores: told, seenAt: this.#options.clock.monotonic(), levels };
    return told;
  }

  /** Begins the highest scores anew: of all sources, or of those of a name or site. */
  reset({ site, source }: { site?: string | undefined; source?: string | undefined } = {}): void {
    for (const [, heard] of this.#sources.all) {
      const { scores } = heard.newest ?? {};
      if ((source ?? scores?.source) === scores?.source && (site ?? scores?.site) === scores?.site)
        Object.assign(heard, { ...this.#afresh(), newest: heard.newest });
    }
  }

  /** A source is gone: nobody is shown what it heard. */
  forget(source: { site: string; source: string }): void {
    this.#sources.forget(sourceKey(source));
  }

  #afresh(): Heard {
    return { newest: undefined, last: undefined, highest: {}, since: this.#options.clock.now(), unheard: 0 };
  }

  #shown({ newest, last, highest, since, unheard }: Heard): SourceHeard | undefined {
    if (newest === undefined) return undefined;
    const { scores, seenAt, levels } = newest;
    const {
      site,
      source,
      area,
      model,
      capturedAt,
      dbfs,
      peak,
      top,
      triggered,
      suppressed = [],
      muted,
      thresholds,
    } = scores;
    const classes = Object.entries(thresholds).map(([label, threshold]) => {
      return { label, threshold, score: scores.scores[label] ?? 0, highest: highest[label] ?? 0 };
    });
    const silentMs = this.#options.clock.monotonic() - seenAt;
    return {
      ...{ site, source, area, model, works: this.fault === undefined, capturedAt, silentMs, dbfs, peak, classes, top },
      ...{ triggered, suppressed, unheard, levels, since },
      ...(last === undefined ? {} : { last }),
      ...(muted === undefined ? {} : { mutedUntil: muted.until }),
    };
  }
}
