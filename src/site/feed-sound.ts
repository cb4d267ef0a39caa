import type { SoundFault } from '../contracts/messages.ts';
import type { Clock, Gauges, Metrics } from '../contracts/ports.ts';
import type { IngestWindow } from '../media/ingest.ts';
import { soundFaultError } from '../media/microphone/failures.ts';
import { peakDbfs } from '../pcm/level.ts';
import { freshSeconds, SoundWatch } from '../pcm/sound-watch.ts';

/** What is wrong with the sound of a camera that is connected, in words too; without a fault it is well again. */
export interface SoundNews {
  fault?: SoundFault;
  detail: string;
}

/** Sound that came and comes no more, while pictures do, is as good as silence. */
const absentMs = 10_000;

interface FeedSoundOptions {
  source: string;
  clock: Clock;
  metrics: Pick<Metrics, 'count'> & Gauges;
  /** Silence in a file is part of it. */
  isLive: boolean;
}

/** Measures and watches the sound of one connection to a camera. */
export class FeedSound {
  readonly #options: FeedSoundOptions;
  readonly #watch = new SoundWatch();
  #heardAt: number | undefined;
  /** Up to when its absence was counted. */
  #absentUntil: number | undefined;
  #told: SoundFault | undefined;

  constructor(options: FeedSoundOptions) {
    this.#options = options;
  }

  /** What is wrong now. */
  get present(): SoundNews | undefined {
    return this.#told === undefined ? undefined : newsOf(this.#told);
  }

  /** The connection ended. */
  reset(): void {
    const { source, metrics } = this.#options;
    for (const name of ['sound_level_dbfs', 'sound_peak_dbfs'] as const) metrics.set(name, undefined, { source });
    this.#watch.reset();
    this.#heardAt = this.#absentUntil = this.#told = undefined;
  }

  /** A window came. @returns news, when something began or ended. */
  hear({ samples, dbfs, peak }: IngestWindow): SoundNews | undefined {
    const { source, clock, metrics, isLive } = this.#options;
    metrics.set('sound_level_dbfs', dbfs, { source });
    metrics.set('sound_peak_dbfs', peakDbfs(peak), { source });
    if (!isLive) return undefined;
    this.#heardAt = clock.monotonic();
    this.#absentUntil = undefined;
    this.#watch.push(samples);
    return this.#tell(this.#watch.fault, freshSeconds);
  }

  /** A picture came. @returns news, when sound has come no more for long. */
  see(): SoundNews | undefined {
    const now = this.#options.clock.monotonic();
    if (this.#heardAt === undefined || now - this.#heardAt < absentMs) return undefined;
    const seconds = (now - (this.#absentUntil ?? now)) / 1000;
    this.#absentUntil = now;
    return this.#tell('silent', seconds);
  }

  #tell(fault: SoundFault | undefined, seconds: number): SoundNews | undefined {
    const { source, metrics } = this.#options;
    if (fault !== undefined) metrics.count('microphone_fault_seconds_total', { source, fault }, seconds);
    if (fault === this.#told) return undefined;
    this.#told = fault;
    return newsOf(fault);
  }
}

function newsOf(fault: SoundFault | undefined): SoundNews {
  if (fault === undefined) return { detail: 'The sound is as it should be again.' };
  return { fault, detail: soundFaultError(fault).message };
}
