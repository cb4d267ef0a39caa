import { defaultRules } from '../../../src/contracts/configs.ts';
import type {
  AudioScores,
  Cue,
  Detections,
  DetectedObject,
  ExternalSignal,
  Incident,
  StreamStatus,
  StreamStatusName,
} from '../../../src/contracts/messages.ts';
import { FusionEngine, type FusionOptions } from '../../../src/fusion/engine.ts';
import { ManualClock } from '../manual-clock.ts';

const thresholds = { glass_break: 0.6, gunshot: 0.7, scream: 0.6, forced_entry: 0.65 };

interface Where {
  area?: string;
  source?: string;
  capturedAt: number;
}

export function detections(objects: Record<string, number> | DetectedObject[], where: Where): Detections {
  const list = Array.isArray(objects)
    ? objects
    : Object.entries(objects).map(([label, score]) => ({ label, score, box: { x: 0, y: 0, width: 0.2, height: 0.5 } }));
  return {
    ...{ v: 1, kind: 'detections', site: 'home', area: 'hall', source: 'cam', ...where },
    ...{ seq: 0, width: 640, height: 360, encoding: 'rgb24', objects: list, model: 'm', backend: 'b', staleFrames: 0 },
    timings: { waitMs: 0, preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 },
  };
}

export function audioScores(
  triggered: Record<string, number>,
  where: Where,
  more: Partial<Pick<AudioScores, 'record' | 'peak' | 'dbfs'>> = {},
): AudioScores {
  return {
    ...{ v: 1, kind: 'audio-scores', site: 'home', area: 'hall', source: 'cam', ...where },
    ...{ scores: triggered, triggered: Object.keys(triggered), thresholds, top: [] },
    ...{ dbfs: -20, peak: 0.5, record: false, model: 'm', backend: 'b', ...more },
    timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 },
  };
}

export function cue(name: string, score: number, where: Where): Cue {
  return { v: 1, kind: 'cue', site: 'home', area: 'hall', source: 'cam', cue: name, score, features: {}, ...where };
}

export function external(signal: string, label: string, score: number, where: Where): ExternalSignal {
  return { v: 1, kind: 'signal', site: 'home', area: 'hall', source: 'door', signal, label, score, ...where };
}

export function streamStatus(status: StreamStatusName, where: Where): StreamStatus {
  const base = { v: 1, kind: 'stream-status', site: 'home', area: 'hall', source: 'cam' } as const;
  return { ...base, status, detail: '', attempt: 0, ...where };
}

/** A site clock whose epoch time can be stepped; intervals go on. */
class SteppedClock extends ManualClock {
  #step = 0;

  override now(): number {
    return super.now() + this.#step;
  }

  override monotonic(): number {
    return super.now();
  }

  setBack(ms: number): void {
    this.#step -= ms;
  }
}

/** An engine on a clock turned by hand; what it says is collected. Sources speak at the present moment of the clock. */
export class BenchArea {
  readonly clock = new SteppedClock(new Date(2026, 0, 1, 12).getTime());
  readonly incidents: Incident[] = [];
  /** Why something was not told, in order. */
  readonly untold: string[] = [];
  readonly engine: FusionEngine;
  #ids = 0;

  constructor(settings: Partial<Omit<FusionOptions, 'site' | 'clock' | 'newId' | 'untold'>> = {}) {
    const { rules = defaultRules, correlationSeconds = 3, quietSeconds = 30, ...more } = settings;
    const newId = (): string => `incident-${++this.#ids}`;
    const options: FusionOptions = {
      ...{ site: 'home', rules, correlationSeconds, quietSeconds, clock: this.clock, newId },
      ...{ ...more, untold: (why) => this.untold.push(why) },
    };
    this.engine = new FusionEngine(options, (incident) => this.incidents.push(structuredClone(incident)));
  }

  /** One picture now, with these objects. */
  see(objects: Record<string, number>, where: Partial<Where> = {}): void {
    this.engine.accept(detections(objects, { capturedAt: this.clock.now(), ...where }));
  }

  /** Pictures five times a second. */
  watch(objects: Record<string, number>, forMs: number, where: Partial<Where> = {}): void {
    for (let passed = 0; passed < forMs; passed += 200) {
      this.see(objects, where);
      this.clock.advance(200);
    }
  }

  /** One sound window now, in which these classes fired. */
  hear(triggered: Record<string, number>, where: Partial<Where> = {}): void {
    this.engine.accept(audioScores(triggered, { capturedAt: this.clock.now(), ...where }));
  }

  cue(name: string, score = 1, where: Partial<Where & Pick<Cue, 'features'>> = {}): void {
    this.engine.accept(cue(name, score, { capturedAt: this.clock.now(), ...where }));
  }

  signal(signal: string, label: string, score = 1, where: Partial<Where> = {}): void {
    this.engine.accept(external(signal, label, score, { capturedAt: this.clock.now(), ...where }));
  }

  stream(status: StreamStatusName, where: Partial<Where> = {}): void {
    this.engine.accept(streamStatus(status, { capturedAt: this.clock.now(), ...where }));
  }

  /** The site is in this mode from now on. */
  arm(mode: string): void {
    const at = this.clock.now();
    this.engine.accept({
      ...{ v: 1, kind: 'arming', site: 'home', area: '', source: 'site', capturedAt: at },
      ...{ mode, counting: mode, from: at, by: 'anna', how: 'api' },
    });
  }

  wait(ms: number): void {
    this.clock.advance(ms);
  }

  /** What was said so far, one line each, as in `start 3 person+glass_break`. */
  get story(): string[] {
    return this.incidents.map(({ phase, severity, reason }) => `${phase} ${severity} ${reason}`);
  }

  /** The story without the messages that only add media. */
  get alerts(): string[] {
    return this.story.filter((line) => !line.startsWith('evidence'));
  }

  get last(): Incident {
    const incident = this.incidents.at(-1);
    if (incident === undefined) throw new Error('nothing was said');
    return incident;
  }
}
