import { setImmediate as turn } from 'node:timers/promises';
import {
  calibrationLimits,
  type CalibrationKept,
  type CalibrationSource,
  type CalibrationSuggestions,
} from '../../contracts/calibration.ts';
import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { SoundCommand } from '../../contracts/commands.ts';
import { SentinelError } from '../../contracts/errors.ts';
import { judgedBy } from '../../contracts/judged-by.ts';
import type { AudioScores } from '../../contracts/messages.ts';
import type { Clock, DismissedSounds, Random } from '../../contracts/ports.ts';
import { sourceKey } from '../../contracts/source-key.ts';
import type { Database } from '../../database/database.ts';
import {
  countKept,
  forgetPlace,
  makeRoom,
  readKept,
  writePart,
  type CalibrationPlace,
  type HeardWindow,
} from './calibration-rows.ts';
import { effectiveScores } from './effective-scores.ts';
import { blockSeconds } from './false-alarms.ts';
import { CalibrationRecorder } from './recorder.ts';
import { suggestThreshold } from './suggestion.ts';

const msPerDay = 86_400_000;

export interface CalibrationOptions {
  /** From this score on a single window is enough; 0: always. */
  singleFrom: number;
  /** Thresholds by class that the package is shipped with. */
  shipped: Readonly<Record<string, number>>;
  /** Those of the node: a command changes them until the next deploy. */
  thresholds: Record<string, number>;
  clock: Clock;
  random: Random;
  /** A random UUID. */
  newId: () => string;
  /** @throws SentinelError ES_DATABASE */
  database: () => Promise<Database>;
  dismissed: DismissedSounds;
}

interface Heard {
  newest: AudioScores | undefined;
  seenAt: number;
  recorder: CalibrationRecorder;
}

/** Calibrates the thresholds of one audio-classify at each of its microphones. */
export class Calibrations {
  readonly #options: CalibrationOptions;
  readonly #sources: RecentSources<Heard>;

  constructor(options: CalibrationOptions) {
    this.#options = options;
    this.#sources = new RecentSources(
      () => this.#begin(),
      ({ recorder }) => void recorder.close(),
    );
  }

  /** What came out of a window of a stream, with its scores as they counted. */
  hear(scores: AudioScores): void {
    const heard = this.#sources.of(sourceKey(scores));
    if (heard.newest !== undefined && judgedBy(heard.newest) !== judgedBy(scores)) heard.recorder.renew();
    heard.newest = scores;
    heard.seenAt = this.#options.clock.monotonic();
    heard.recorder.hear(scores);
  }

  get sources(): CalibrationSource[] {
    const now = this.#options.clock.monotonic();
    return this.#sources.all
      .flatMap(([key, { newest, seenAt, recorder }]) => {
        if (newest === undefined) return [];
        const { site, source, area } = newest;
        return [{ key, site, source, area, silentSeconds: (now - seenAt) / 1000, ...recorder.state }];
      })
      .sort((a, b) => a.source.localeCompare(b.source));
  }

  /**
   * Records what is heard while nothing happens.
   * @throws SentinelError ES_BAD_INPUT (no such microphone, a recording runs, minutes), ES_DATABASE
   */
  async begin(key: string, minutes: number): Promise<void> {
    const { recorder, place } = this.#heard(key);
    recorder.assertMayBegin(minutes);
    await makeRoom(await this.#options.database(), place, minutes * 60);
    recorder.begin(minutes);
  }

  /** @throws SentinelError ES_BAD_INPUT */
  async stop(key: string): Promise<void> {
    await this.#heard(key).recorder.stop();
  }

  /** Takes what is heard around now for a sound of a class. @throws SentinelError ES_BAD_INPUT */
  mark(key: string, label: string): void {
    if (!Object.hasOwn(this.#options.shipped, label)) {
      throw noClass(label, Object.keys(this.#options.shipped));
    }
    this.#heard(key).recorder.mark(label);
  }

  /** Deletes what is kept of a microphone. @throws SentinelError ES_BAD_INPUT, ES_DATABASE */
  async forget(key: string): Promise<void> {
    const { recorder, place } = this.#heard(key);
    await recorder.stop();
    await forgetPlace(await this.#options.database(), place);
  }

  /** How much is kept of a microphone. @throws SentinelError ES_BAD_INPUT, ES_DATABASE */
  async kept(key: string): Promise<CalibrationKept> {
    return await countKept(await this.#options.database(), this.#heard(key).place);
  }

  /**
   * Thresholds for a microphone that keep a budget of false alarms, from all that is kept of it and from incidents that people
   * dismissed.
   * @throws SentinelError ES_BAD_INPUT, ES_DATABASE
   */
  async suggest(key: string, budgetPerDay: number): Promise<CalibrationSuggestions> {
    const { shipped, thresholds, singleFrom, clock, random, database, dismissed } = this.#options;
    if (!(budgetPerDay > 0 && budgetPerDay <= 1000)) {
      throw new SentinelError('ES_BAD_INPUT', 'A budget of false alarms is more than 0 and at most 1000 a day.');
    }
    const { place } = this.#heard(key);
    const kept = await readKept(await database(), place, singleFrom);
    const now = clock.now();
    const { since = now, sounds } = await dismissed.of(place, now - calibrationLimits.dismissedDays * msPerDay);
    const days = Math.max(1, (now - since) / msPerDay);
    const classes: CalibrationSuggestions['classes'] = {};
    const names = Object.keys(shipped);
    for (const name of names) {
      const evidence = {
        ambient: kept.ambient[name] ?? [],
        positives: kept.positives[name] ?? [],
        dismissed: { scores: sounds.flatMap(({ label, score }) => (label === name ? [score] : [])), days },
      };
      const wish = { budgetPerDay: budgetPerDay / names.length, shipped: shipped[name] ?? 1 };
      const suggested = await suggestThreshold(evidence, wish, { random, turn });
      classes[name] = { ...suggested, ...wish, current: thresholds[name] ?? wish.shipped };
    }
    return {
      model: place.model,
      budgetPerDay,
      ambientMinutes: (kept.blocks * blockSeconds) / 60,
      dismissedDays: days,
      classes,
    };
  }

  /** @throws SentinelError ES_BAD_INPUT, ES_DATABASE */
  async obey({ command, value }: SoundCommand): Promise<void> {
    if (command === 'thresholds') {
      const { thresholds } = this.#options;
      const strange = Object.keys(value).filter((label) => !Object.hasOwn(thresholds, label));
      if (strange.length > 0) throw noClass(strange.join(', '), Object.keys(thresholds));
      Object.assign(thresholds, value);
      return;
    }
    const key = this.#keyOf(value.source);
    if (command === 'calibrate') await this.begin(key, value.minutes);
    else if (command === 'calibrate-stop') await this.stop(key);
    else this.mark(key, value.label);
  }

  /** What runs is ended, and what it recorded kept. */
  async close(): Promise<void> {
    await Promise.all(this.#sources.all.map(([, { recorder }]) => recorder.close()));
  }

  #heard(key: string): { recorder: CalibrationRecorder; place: CalibrationPlace } {
    const { newest, recorder } = this.#sources.get(key) ?? {};
    if (newest !== undefined && recorder !== undefined) return { recorder, place: placeOf(newest) };
    throw new SentinelError('ES_BAD_INPUT', 'No sound came from this microphone yet.', {
      hint: 'Wire a microphone or a camera with sound to this node, and deploy.',
    });
  }

  /** Of a microphone by its name; without one, of the only one. */
  #keyOf(name: string | undefined): string {
    const { sources } = this;
    const meant = sources.filter(({ source }) => name === undefined || source === name);
    const [only] = meant;
    if (only !== undefined && meant.length === 1) return only.key;
    const message =
      name === undefined ? 'It is not said which microphone is meant.' : `There is no microphone "${name}".`;
    throw new SentinelError('ES_BAD_INPUT', message, {
      hint: `Sound came from ${sources.map(({ source }) => source).join(', ') || 'none yet'}.`,
    });
  }

  #begin(): Heard {
    const { clock, newId, database, singleFrom } = this.#options;
    const recorder = new CalibrationRecorder({
      clock,
      open: ({ startedAt, classes, label, of }) => {
        const recording = { ...placeOf(of), id: newId(), startedAt, classes, label };
        return {
          keep: async (part) => {
            const opened = await database();
            await writePart(opened, recording, part);
            if (label !== undefined) await makeRoom(opened, recording, 0);
          },
        };
      },
      judge: (windows: readonly HeardWindow[], label) => Math.max(0, ...effectiveScores(windows, label, singleFrom)),
    });
    return { newest: undefined, seenAt: 0, recorder };
  }
}

function placeOf(scores: AudioScores): CalibrationPlace {
  return { site: scores.site, source: scores.source, model: judgedBy(scores) };
}

function noClass(name: string, known: readonly string[]): SentinelError {
  return new SentinelError('ES_BAD_INPUT', `There is no class "${name.slice(0, 60)}".`, {
    hint: `There are ${known.join(', ')}.`,
  });
}
