import type { Cue } from '../../contracts/messages.ts';
import type { LevelLimit } from './settings.ts';

/** A level has to come back by so many dB before that is told: what stands at the limit must not go to and fro. */
const backDb = 3;

/** Tells that it is louder (`noise`) or quieter (`silence`) than a limit for long, and when that is over. */
export class LevelAlarm {
  readonly #cue: 'noise' | 'silence';
  /** Since when every window is beyond the limit. */
  #beyondSince: number | undefined;
  #toldSince: number | undefined;

  constructor(cue: 'noise' | 'silence') {
    this.#cue = cue;
  }

  /** Since when it is so, where it was told and is not over. */
  get since(): number | undefined {
    return this.#toldSince;
  }

  /** The stream was away: what was told stays until sound says that it is over. */
  interrupt(): void {
    this.#beyondSince = undefined;
  }

  /** @returns what is news: score 1 it began, 0 it is over. */
  hear(at: number, dbfs: number, limit: LevelLimit): Pick<Cue, 'cue' | 'score' | 'features'> | undefined {
    if (limit.seconds === 0) return undefined;
    const beyond = this.#cue === 'noise' ? dbfs - limit.dbfs : limit.dbfs - dbfs;
    const isBeyond = beyond >= (this.#beyondSince === undefined && this.#toldSince === undefined ? 0 : -backDb);
    this.#beyondSince = isBeyond ? (this.#beyondSince ?? at) : undefined;
    if (this.#toldSince === undefined) {
      if (this.#beyondSince === undefined || at - this.#beyondSince < limit.seconds * 1000) return undefined;
      this.#toldSince = this.#beyondSince;
      return this.#news(1, this.#toldSince, dbfs, limit);
    }
    return isBeyond ? undefined : this.end(dbfs, limit);
  }

  /** @returns that it is over, where it was told. */
  end(dbfs: number, limit: LevelLimit): Pick<Cue, 'cue' | 'score' | 'features'> | undefined {
    const since = this.#toldSince;
    this.#toldSince = this.#beyondSince = undefined;
    return since === undefined ? undefined : this.#news(0, since, dbfs, limit);
  }

  #news(score: 0 | 1, since: number, dbfs: number, limit: LevelLimit): Pick<Cue, 'cue' | 'score' | 'features'> {
    const [level, limitDbfs] = [Math.round(dbfs * 10) / 10, limit.dbfs];
    return {
      cue: this.#cue,
      score,
      features: { kind: 'level', dbfs: level, limitDbfs, seconds: limit.seconds, since },
    };
  }
}
