import { setImmediate as nextTurn } from 'node:timers/promises';
import { asSentinelError } from '../../contracts/errors.ts';
import { trialSignals, type RuleTrialAnswer } from '../../contracts/rule-trial.ts';
import { readSignalLine } from '../recording/signal-line.ts';
import { Minute } from './minute.ts';
import { Replay, type ReplaySettings } from './replay.ts';
import { ReplayedIncidents } from './replayed-incidents.ts';
import { RuleMarks } from './rule-marks.ts';

/** How long the loop is held at once. */
const sliceMs = 8;
const namedLines = 20;
/** Incidents that an answer lists. */
const listed = 500;
/** Places on a time line that can be told apart. */
const places = 400;

export interface Trial extends ReplaySettings {
  /** Lines of a recording, in batches. */
  lines: AsyncIterable<readonly string[]> | Iterable<readonly string[]>;
  /** Only what came in this time counts; epoch milliseconds. */
  from: number;
  to: number;
  /** Beginning of a minute to explain. */
  why?: number;
}

/** Plays a recording in slices, so that nobody waits for it. Never throws for what a line holds. */
export async function runTrial({ lines, from, to, why, ...settings }: Trial): Promise<RuleTrialAnswer> {
  const incidents = new ReplayedIncidents(listed);
  const marks = new RuleMarks(settings.rules.length, Number.isFinite(to - from) ? (to - from) / places : 1000);
  const replay: Replay = new Replay(
    {
      ...settings,
      onMatches: (matches, area) => {
        marks.note(matches, replay.now ?? 0);
        minute?.noteMatches(area, matches);
      },
    },
    incidents.note,
  );
  const minute = why === undefined ? undefined : new Minute(settings, why, replay.clock);
  const answer: RuleTrialAnswer = {
    ...{ state: 'played', signals: 0, skipped: [], skippedCount: 0, incidents: [], count: 0, marks: marks.list },
  };
  let number = 0;
  let restAt = performance.now() + sliceMs;
  for await (const batch of lines) {
    for (const line of batch) {
      number += 1;
      if (performance.now() > restAt) {
        await nextTurn();
        restAt = performance.now() + sliceMs;
      }
      if (line.trim() === '') continue;
      try {
        const recorded = readSignalLine(line);
        const at = recorded.receivedAt ?? recorded.signal.capturedAt;
        // The mode that the site is in counts from long before.
        if ((at < from && recorded.signal.kind !== 'arming') || at > to) continue;
        if (answer.signals >= trialSignals) {
          answer.cut = true;
          break;
        }
        replay.accept(recorded);
        minute?.accept(recorded.signal);
        if (recorded.signal.kind === 'arming') continue;
        answer.signals += 1;
        answer.from ??= at;
        answer.to = Math.max(answer.to ?? at, at);
      } catch (thrown) {
        answer.skippedCount += 1;
        const { message } = asSentinelError(thrown, 'ES_BAD_INPUT');
        if (answer.skipped.length < namedLines) answer.skipped.push({ line: number, message });
      }
    }
    if (answer.cut === true) break;
  }
  if (to === Infinity) replay.finish();
  const explained = minute === undefined ? {} : { why: minute.answer() };
  return { ...answer, incidents: incidents.list, count: incidents.count, ...explained };
}
