import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { ReplayedIncident } from '../contracts/rule-trial.ts';
import { recordingLines } from '../fusion/recording/recording-lines.ts';
import { readSignalLine } from '../fusion/recording/signal-line.ts';
import { Replay } from '../fusion/replay/replay.ts';
import { ReplayedIncidents } from '../fusion/replay/replayed-incidents.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { replaySettings } from './replay-rules.ts';

/** Bad lines that are named one by one. */
const namedLines = 20;

/** Replay: which incidents recorded signals would have made with other rules. */
export const replay: Command = {
  summary: 'Plays recorded signals through the fusion and prints the incidents that they make.',
  operands: '<SIGNALS.jsonl>',
  options: {
    rules: { type: 'string', value: 'FILE', says: 'Rules as JSON; default: the rules of a new fuse-severity.' },
    node: { type: 'string', value: 'NAME', says: 'Which fuse-severity of an exported flow, by name or id.' },
    zone: {
      type: 'string',
      value: 'ZONE',
      says: 'Time zone, such as Europe/Berlin; default: that of the site in FILE.',
    },
    json: { type: 'boolean', says: 'Print JSON.' },
  },
  footer: [
    'SIGNALS is a file of JSON lines, each a payload of detections, audio-scores, cue, stream-status, signal or arming, in the order in',
    'which they came; one that ends in .gz; or a folder of such files, as fuse-severity keeps them in signals/<id> of the data folder.',
    'FILE is an exported fuse-severity node or flow, a list of rules, or {"rules", "correlationSeconds", "quietSeconds"}.',
    'Times are those of the recording. Exit code 1: not one line was a signal.',
  ].join('\n'),
  run: runReplay,
};

/** What a recording made of the rules. */
interface Played {
  signals: number;
  from?: number;
  to?: number;
  skipped: { line: number; file: string; message: string }[];
  skippedCount: number;
  incidents: ReplayedIncident[];
  count: number;
}

async function runReplay(values: OptionValues, terminal: Terminal, operands: readonly string[]): Promise<number> {
  const [recording, ...others] = operands;
  if (recording === undefined || others.length > 0) {
    terminal.complain('Name one recording: echosight replay SIGNALS.jsonl --rules RULES.json\n');
    return 2;
  }
  try {
    const rules = await rulesIn(values.rules, terminal);
    const settings = replaySettings(rules, terminal.env, named(values.node), named(values.zone));
    const files = await filesOf(resolve(terminal.folder, recording));
    const played = await play(files, settings);
    for (const { file, line, message } of played.skipped) {
      terminal.complain(`${files.length === 1 ? 'Line' : `${file}, line`} ${line} was passed over: ${message}\n`);
    }
    const unnamed = played.skippedCount - played.skipped.length;
    if (unnamed > 0) terminal.complain(`${unnamed} more lines were passed over.\n`);
    terminal.print(
      values.json === true ? `${JSON.stringify(played, undefined, 2)}\n` : report(played, settings.timeZone),
    );
    return played.signals === 0 ? 1 : 0;
  } catch (thrown) {
    const { message, hint } = asSentinelError(thrown, 'ES_BAD_INPUT');
    terminal.complain(`${message}${hint === undefined ? '' : ` ${hint}`}\n`);
    return 2;
  }
}

function named(value: OptionValues[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The rules of a new node where no file is named. */
async function rulesIn(file: OptionValues[string], { folder }: Terminal): Promise<unknown> {
  if (typeof file !== 'string') return { type: 'fuse-severity' };
  const text = await readFile(resolve(folder, file), 'utf8').catch((error: unknown) => {
    throw new SentinelError('ES_BAD_INPUT', `The rules cannot be read: ${(error as Error).message}.`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SentinelError('ES_BAD_INPUT', `The rules in ${file} are not JSON: ${(error as Error).message}.`);
  }
}

/** A folder stands for its recordings, oldest first: their names begin with a time. */
async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.jsonl(\.gz)?$/.test(name)).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw new SentinelError('ES_BAD_INPUT', `The recording cannot be read: ${(error as Error).message}.`);
  }
  throw new SentinelError('ES_BAD_INPUT', `There is no recording in ${path}: no file ends in .jsonl or .jsonl.gz.`);
}

async function play(files: readonly string[], settings: ReturnType<typeof replaySettings>): Promise<Played> {
  const incidents = new ReplayedIncidents();
  const player = new Replay(settings, incidents.note);
  const played: Omit<Played, 'incidents' | 'count'> = { signals: 0, skipped: [], skippedCount: 0 };
  for (const file of files) {
    let number = 0;
    for await (const batch of recordingLines(file)) {
      for (const line of batch) {
        number += 1;
        if (line.trim() === '') continue;
        try {
          const recorded = readSignalLine(line);
          player.accept(recorded);
          played.signals += 1;
          if (played.from === undefined && player.now !== undefined) played.from = player.now;
        } catch (thrown) {
          const { message } = asSentinelError(thrown, 'ES_BAD_INPUT');
          played.skippedCount += 1;
          if (played.skipped.length < namedLines) played.skipped.push({ line: number, file, message });
        }
      }
    }
  }
  if (player.now !== undefined) played.to = player.now;
  player.finish();
  return { ...played, incidents: incidents.list, count: incidents.count };
}

function report({ signals, from, to, incidents, count }: Played, timeZone: string): string {
  const { clock, dayTime } = wallTimes(timeZone);
  const span = from === undefined || to === undefined ? '' : `, ${dayTime(from)} to ${dayTime(to)}`;
  const incidentCount = count === 1 ? '1 incident' : `${count} incidents`;
  return [
    ...incidents.map((incident) => incidentLines(incident, clock, dayTime)),
    `${signals} signals${span}: ${incidentCount}.\n`,
  ].join('\n');
}

function incidentLines(incident: ReplayedIncident, clock: Words, dayTime: Words): string {
  const { id, severity, reason, label, area, startedAt, endedAt, told, explanation, sources } = incident;
  const end = endedAt === undefined ? 'still open at the end' : `until ${dayTime(endedAt)}`;
  const head = `${dayTime(startedAt)}  severity ${severity}  ${reason}  in ${area} (${sources.join(', ')})`;
  const steps = told.map((step) => `${clock(step.at)} ${step.phase} ${step.severity} ${step.reason}`);
  const lines = [
    head,
    `  ${id}: ${label}, ${end}`,
    `  told: ${steps.join('; ')}`,
    ...explanation.map((one) => `  - ${one}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A moment (epoch ms) in words. */
type Words = (at: number) => string;

function wallTimes(timeZone: string): { clock: Words; dayTime: Words } {
  const zone = timeZone === '' ? {} : { timeZone };
  const hours = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const clockForm = new Intl.DateTimeFormat('en-GB', { ...zone, ...hours });
  const dayForm = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const clock = (at: number): string => clockForm.format(at);
  return { clock, dayTime: (at) => `${dayForm.format(at)} ${clock(at)}` };
}
