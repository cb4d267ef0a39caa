import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isRunning } from '../audio/training/session-rows.ts';
import type { Training } from '../audio/training/training.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Log } from '../contracts/ports.ts';
import type { TrainingSession, TrainingStatus } from '../contracts/training.ts';
import { findModelsIn } from '../inference/models-folder.ts';
import { dataFolder } from '../site/data-folder.ts';
import { Site } from '../site/site.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { usualUserFolder } from './doctor.ts';
import { trainingReport, versionList } from './training-report.ts';

/** Teaches the sound classifier from recordings, without Node-RED. */
export const audioTrain: Command = {
  summary:
    'Teaches the sound classifier from recordings, sorted into folders or a zip with folders named like the classes.',
  operands: '[FOLDER | ZIP]',
  options: {
    'user-dir': {
      type: 'string',
      value: 'DIR',
      says: 'User folder of Node-RED; default: this folder if it is one, else ~/.node-red.',
    },
    'data-folder': {
      type: 'string',
      value: 'DIR',
      says: 'Data folder of the site; default: echosight in the user folder.',
    },
    model: {
      type: 'string',
      value: 'ID',
      says: 'Sound model whose embeddings are learnt; default: that of audio-classify.',
    },
    force: { type: 'boolean', says: 'Put the new version to use also when it is worse than the one in use.' },
    out: {
      type: 'string',
      value: 'DIR',
      says: 'Write the ONNX file and its .json there, and leave the data folder alone.',
    },
    list: { type: 'boolean', says: 'Show the versions that are kept, and end.' },
    activate: { type: 'string', value: 'N', says: 'Put a version to use, or with "none" none, and end.' },
    rollback: { type: 'boolean', says: 'Go back to what was in use before, and end.' },
    json: { type: 'boolean', says: 'Print the result as JSON.' },
  },
  footer: [
    'At least 3 recordings of each class, better 20: wav, mp3, flac, ogg, m4a. Classes named safe or other never fire.',
    'While Node-RED uses the data folder, use the node sentinel-audio-train, or --out.',
  ].join('\n'),
  run: runTraining,
};

/** A command line that cannot be meant. */
class WrongUse extends Error {}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function runTraining(values: OptionValues, terminal: Terminal, operands: readonly string[]): Promise<number> {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const userDir = resolve(
    terminal.folder,
    text('user-dir') ?? terminal.env.NODE_RED_HOME ?? usualUserFolder(terminal.folder),
  );
  findModelsIn(userDir);
  const out = text('out');
  const chosen = text('data-folder');
  const isolated = out === undefined ? undefined : await mkdtemp(join(tmpdir(), 'echosight-train-'));
  const folder = isolated ?? dataFolder(userDir, chosen === undefined ? '' : resolve(terminal.folder, chosen));
  let site: Site | undefined;
  try {
    const act = actOf(values, operands);
    site = new Site({ id: 'home', name: 'Home', folder }, quiet);
    const code = await act(site.sound.training, terminal);
    if (out !== undefined && code === 0) await copyOut(site.sound.training, resolve(terminal.folder, out), terminal);
    return code;
  } catch (error) {
    if (error instanceof WrongUse) {
      terminal.complain(`${error.message}\n`);
      return 2;
    }
    if (!(error instanceof SentinelError)) throw error;
    terminal.complain(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}\n`);
    return 1;
  } finally {
    await site?.close();
    if (isolated !== undefined) await rm(isolated, { recursive: true, force: true });
  }
}

type Act = (training: Training, terminal: Terminal) => Promise<number>;

function actOf(values: OptionValues, operands: readonly string[]): Act {
  const [path, more] = operands;
  const wishes = [path, values.list, values.activate, values.rollback].filter((wish) => wish !== undefined);
  if (wishes.length !== 1 || more !== undefined) {
    throw new WrongUse('Give one folder or zip file, or one of --list, --activate N, --rollback.');
  }
  if (path !== undefined) return (training, terminal) => train(training, terminal, path, values);
  const print = ({ versions, active }: TrainingStatus, terminal: Terminal): number => {
    if (values.json === true) terminal.print(`${JSON.stringify({ active: active ?? null, versions }, null, 2)}\n`);
    else terminal.print(versionList(versions));
    return 0;
  };
  if (values.list === true) return async (training, terminal) => print(await training.status(), terminal);
  if (values.rollback === true) return async (training, terminal) => print(await training.rollback(), terminal);
  const version = versionOf(values.activate);
  return async (training, terminal) => print(await training.activate(version), terminal);
}

function versionOf(given: OptionValues[string]): number | undefined {
  if (given === 'none') return undefined;
  if (typeof given === 'string' && /^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new WrongUse('--activate needs the number of a version, or "none".');
}

async function train(training: Training, terminal: Terminal, path: string, values: OptionValues): Promise<number> {
  const request = {
    origin: 'command' as const,
    force: values.force === true,
    ...(typeof values.model === 'string' ? { model: values.model } : {}),
  };
  const ended = Promise.withResolvers<TrainingSession>();
  let drawn = '';
  const leave = training.watch((session) => {
    if (!isRunning(session)) {
      ended.resolve(session);
      return;
    }
    const step = terminal.live === true ? 1 : 10;
    const percent = Math.floor((100 * session.progress) / step) * step;
    const line = `${session.state === 'training' ? 'learning' : 'listening'}: ${percent} %`;
    if (line === drawn || values.json === true) return;
    drawn = line;
    terminal.print(terminal.live === true ? `\r\u001b[K${line}` : `${line}\n`);
  });
  void terminal
    .interrupted()
    .then(() => training.cancel())
    .catch(() => undefined);
  try {
    await training.beginAt(resolve(terminal.folder, path), request);
    const session = await ended.promise;
    if (terminal.live === true && drawn !== '') terminal.print('\r\u001b[K');
    if (values.json === true) terminal.print(`${JSON.stringify(session, null, 2)}\n`);
    else terminal.print(trainingReport(session, values.out !== undefined));
    return session.state === 'done' ? 0 : 1;
  } finally {
    leave();
  }
}

/** The newest version, for another machine or another program. */
async function copyOut(training: Training, out: string, terminal: Terminal): Promise<void> {
  const newest = (await training.status()).versions[0]?.version;
  const file = await training.exportPath(newest);
  await mkdir(out, { recursive: true });
  for (const one of [file, file.replace(/\.onnx$/, '.json')]) await copyFile(one, join(out, basename(one)));
  terminal.complain(`Written to ${join(out, basename(file))}\n`);
}
