import { replaySettings } from '../../src/cli/replay-rules.ts';
import type { ReplayedIncident } from '../../src/contracts/rule-trial.ts';
import { lineOf, readSignalLine, type RecordedSignal } from '../../src/fusion/recording/signal-line.ts';
import { Replay } from '../../src/fusion/replay/replay.ts';
import { ReplayedIncidents } from '../../src/fusion/replay/replayed-incidents.ts';

/** What comes, at a time in seconds; see README.md beside this file. */
export interface Step {
  at: number;
  until?: number;
  every?: number;
  late?: number;
  twice?: true;
  by?: string;
  area?: string;
  sees?: Record<string, number> | object[];
  hears?: Record<string, number>;
  goesOn?: true;
  cue?: string;
  signal?: string;
  stream?: string;
  score?: number;
  features?: Record<string, number | string>;
  clock?: number;
  mode?: string;
  arm?: string;
}

export interface Expected {
  area?: string;
  severity: number;
  reason: string;
  /** Messages that a phone could get: the start and each update. */
  told: number;
  open?: true;
  says?: string[];
}

export interface Scenario {
  name: string;
  /** Items and faults of the facts of earlier systems, or what users ask for. */
  pins?: string[];
  /** Absent: the default rules. */
  rules?: object[];
  correlationSeconds?: number;
  quietSeconds?: number;
  /** As the setting of the node. */
  neighbours?: string;
  steps: Step[];
  incidents: Expected[];
}

const startAt = new Date(2026, 0, 1, 12).getTime();

/** Plays a scenario through the recorded form of its signals. @returns what it makes, in the form in which it says what it expects. */
export function played(scenario: Scenario): ReplayedIncident[] {
  const { rules, correlationSeconds, quietSeconds, neighbours, steps } = scenario;
  const given = { type: 'fuse-severity', rules, correlationSeconds, quietSeconds, neighbours };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const incidents = new ReplayedIncidents();
  const replay = new Replay(replaySettings(present, {}), incidents.note);
  for (const { signal, receivedAt = signal.capturedAt } of signalsOf(steps)) {
    replay.accept(readSignalLine(lineOf(signal, receivedAt)));
  }
  replay.finish();
  return incidents.list;
}

function signalsOf(steps: readonly Step[]): RecordedSignal[] {
  const moments = steps.flatMap((step) => {
    const { at, until = at, every = 1, late = 0 } = step;
    const count = Math.floor((until - at) / every + 1e-9) + 1;
    const times = Array.from({ length: count }, (_, index) => at + index * every);
    return times.map((time) => ({ step, time, arrives: time + late }));
  });
  moments.sort((a, b) => a.arrives - b.arrives);
  const signals: RecordedSignal[] = [];
  let set = 0;
  for (const { step, time, arrives } of moments) {
    if (step.clock !== undefined) {
      set += step.clock;
      continue;
    }
    const epoch = (seconds: number): number => startAt + Math.round((seconds + set) * 1000);
    const line = JSON.stringify({ ...payloadOf(step), capturedAt: epoch(time), receivedAt: epoch(arrives) });
    for (let copy = 0; copy < (step.twice === true ? 2 : 1); copy += 1) signals.push(readSignalLine(line));
  }
  return signals;
}

function payloadOf(step: Step): Record<string, unknown> {
  if (step.arm !== undefined) return { kind: 'arming', mode: step.arm };
  const { by, area = 'hall', sees, hears, cue, signal, stream, score = 1, features = {} } = step;
  const from = (source: string): object => ({ area, source: by ?? source });
  if (sees !== undefined) return { kind: 'detections', ...from('front'), objects: objectsOf(sees) };
  if (hears !== undefined) {
    const triggered = Object.keys(hears);
    const goesOn = triggered.map((label) => ({ label, score: hears[label], since: startAt, started: false, why: '' }));
    const heard = { scores: hears, triggered, ...(step.goesOn === true ? { sounds: goesOn } : {}) };
    return { kind: 'audio-scores', ...from('mic'), ...heard, dbfs: -20, peak: 0.5 };
  }
  if (cue !== undefined) return { kind: 'cue', ...from('front'), cue, score, features };
  if (stream !== undefined) return { kind: 'stream-status', ...from('front'), status: stream };
  if (step.mode !== undefined) return { kind: 'arming', area: '', source: 'site', mode: step.mode };
  const [kind = '', label = ''] = (signal ?? '').split(' ');
  return { kind: 'signal', ...from(kind), signal: kind, label, score };
}

function objectsOf(sees: NonNullable<Step['sees']>): object[] {
  if (Array.isArray(sees)) return sees.map((object) => ({ score: 0.9, ...object }));
  return Object.entries(sees).map(([label, score]) => ({ label, score }));
}
