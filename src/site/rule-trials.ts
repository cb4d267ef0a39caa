import { SentinelError } from '../contracts/errors.ts';
import { readConfig } from '../contracts/read-config.ts';
import type { RuleTrialAnswer, RuleTrialRequest } from '../contracts/rule-trial.ts';
import type { SignalJournal } from '../fusion/recording/journal.ts';
import { runTrial } from '../fusion/replay/trial.ts';

/** Rules remember: so much before a minute is played with it, unshown. */
const leadMs = 15 * 60_000;
const minuteMs = 60_000;
/** What arrives late belongs to its minute too. */
const lateMs = 10_000;

/** A fuse-severity that runs. */
export interface Recorder {
  /** Absent: it keeps nothing. */
  journal: SignalJournal | undefined;
  now: () => number;
  /** Of the hours of rules. */
  timeZone: () => string;
  /** For sunrise and sunset. */
  location: () => string;
}

/** Those that run, by the id of their node: the dialog of one asks for it by that. */
const recorders = new Map<string, Recorder>();
let isBusy = false;

/** @returns takes it away again. */
export function offerRecording(node: string, recorder: Recorder): () => void {
  recorders.set(node, recorder);
  return () => {
    if (recorders.get(node) === recorder) recorders.delete(node);
  };
}

/**
 * What rules, as they stand in a dialog, make of what a running fuse-severity kept, or of lines that somebody pasted.
 * @throws SentinelError ES_BAD_CONFIG for rules that cannot be used, ES_BUSY while another trial is under way
 */
export async function tryRules(asked: RuleTrialRequest): Promise<RuleTrialAnswer> {
  const { rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours } = readConfig(
    'fuse-severity',
    { ...asked, name: 'the dialog' },
    () => undefined,
  );
  const recorder = recorders.get(asked.id);
  const timeZone = recorder?.timeZone() ?? '';
  const location = recorder?.location() ?? '';
  const settings = { rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours, timeZone, location };
  if (isBusy) throw new SentinelError('ES_BUSY', 'Another trial is under way.', { hint: 'Try again in some seconds.' });
  isBusy = true;
  try {
    if (asked.lines !== undefined) {
      return await runTrial({ ...settings, lines: [asked.lines.split(/\r?\n/)], from: -Infinity, to: Infinity });
    }
    if (recorder === undefined) return nothing('absent', rules.length);
    const { journal, now } = recorder;
    if (journal === undefined) return nothing('off', rules.length);
    const { why, minutes = 60 } = asked;
    const end = why === undefined ? now() : why + minuteMs + lateMs;
    const begin = why === undefined ? end - minutes * minuteMs : why - leadMs;
    const span = { from: begin, to: end, ...(why === undefined ? {} : { why }) };
    const answer = await runTrial({ ...settings, ...span, lines: journal.lines(begin, end) });
    const keptSince = await journal.begunAt();
    const kept = keptSince === undefined ? {} : { keptSince };
    return { ...answer, ...(answer.signals === 0 ? { state: 'empty' } : {}), from: begin, to: end, ...kept };
  } finally {
    isBusy = false;
  }
}

function nothing(state: 'absent' | 'off', rules: number): RuleTrialAnswer {
  const marks = Array.from({ length: rules }, () => []);
  return { state, signals: 0, skipped: [], skippedCount: 0, incidents: [], count: 0, marks };
}
