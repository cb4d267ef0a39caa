import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SiteClock } from '../clock/site-clock.ts';
import { SentinelError } from '../contracts/errors.ts';
import { runModel } from '../doctor/run-model.ts';
import {
  catalogEntries,
  fileOf,
  isByHand,
  isDownloadable,
  pullCommand,
  type CatalogEntry,
} from '../inference/catalog.ts';
import { addModel } from '../inference/added-models.ts';
import { findModelsIn, modelsFolder } from '../inference/models-folder.ts';
import type { ModelFor, ModelTask } from '../inference/model-description.ts';
import { importModel, pullModel, stateOf, type ModelState } from '../inference/pulled-models.ts';
import { shown } from '../onnx-format/shown.ts';
import { chooseModel } from '../vision/detection-model.ts';
import { choosePoseModel } from '../vision/pose/pose-model.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { usualUserFolder } from './doctor.ts';
import { megabytes, Progress } from './progress.ts';

/** Models: what there are, and how they come to this machine. */
export const models: Command = {
  summary: 'Lists the models of the catalogue, downloads and checks them, and takes in models of your own.',
  operands: '<list | info ID | pull ID... | verify [ID...] | add FILE>',
  options: {
    'user-dir': {
      type: 'string',
      value: 'DIR',
      says: 'User folder of Node-RED; default: this folder if it is one, else ~/.node-red.',
    },
    from: {
      type: 'string',
      value: 'FILE',
      says: 'With pull: take the model from this file instead of downloading it.',
    },
    json: { type: 'boolean', says: 'With list, info and verify: print JSON.' },
  },
  footer: [
    'Models are kept in echosight/models of the user folder, or in ECHOSIGHT_MODELS, which Node-RED must know as well.',
    'Downloads go through HTTPS_PROXY, except to hosts in NO_PROXY. One that broke off is gone on with by the next pull.',
  ].join('\n'),
  run: runModels,
};

/** What a subcommand works with. */
interface Work {
  operands: readonly string[];
  values: OptionValues;
  terminal: Terminal;
  folder: string;
}

/** A command line that cannot be meant. */
class WrongUse extends Error {}

const subcommands: Readonly<Record<string, (work: Work) => Promise<number>>> = {
  list: listModels,
  info: showModel,
  pull: pullModels,
  verify: verifyModels,
  add: addOwn,
};

const uses: Readonly<Record<ModelTask, string>> = {
  detection: 'Choose it by its id in detectron-infer.',
  pose: 'Choose it by its id as the pose model of detectron-infer.',
  sound: 'Choose it by its id in audio-classify.',
  'classify-face': 'No node runs it yet.',
};

async function runModels(values: OptionValues, terminal: Terminal, given: readonly string[]): Promise<number> {
  const [name = '', ...operands] = given;
  const chosen = typeof values['user-dir'] === 'string' ? values['user-dir'] : terminal.env.NODE_RED_HOME;
  const userDir = resolve(terminal.folder, chosen ?? usualUserFolder(terminal.folder));
  findModelsIn(userDir);
  try {
    const work = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (work === undefined) {
      const unknown = name === '' ? '' : `There is no "models ${name}". `;
      throw new WrongUse(`${unknown}Say what to do: ${Object.keys(subcommands).join(', ')}.`);
    }
    return await work({ operands, values, terminal, folder: modelsFolder(userDir, terminal.env) });
  } catch (error) {
    if (error instanceof WrongUse) {
      terminal.complain(`${error.message}\n`);
      return 2;
    }
    if (!(error instanceof SentinelError)) throw error;
    terminal.complain(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}\n`);
    return 1;
  }
}

async function listModels({ operands, values, terminal, folder }: Work): Promise<number> {
  if (operands.length > 0) throw new WrongUse('"models list" takes no more words.');
  const all = await Promise.all(
    catalogEntries().map(async (entry) => ({ entry, state: await stateOf(entry, folder) })),
  );
  if (values.json === true) {
    terminal.print(
      `${JSON.stringify(
        all.map(({ entry, state }) => ({ ...plain(entry, folder), state })),
        null,
        2,
      )}\n`,
    );
    return 0;
  }
  const width = Math.max(...all.map(({ entry }) => entry.id.length));
  for (const { entry, state } of all) {
    const size = entry.download === undefined ? '' : megabytes(entry.download.bytes);
    terminal.print(
      `${entry.id.padEnd(width)}  ${words(entry, state).padEnd(16)}  ${size.padStart(8)}  ${entry.title}\n`,
    );
  }
  terminal.print(`\nDownloaded models lie in ${folder}.\n"echosight models pull ID" downloads one.\n`);
  if (all.some(({ entry, state }) => state === 'absent' && isByHand(entry)))
    terminal.print(`What comes "${onlyFromFile}": "echosight models pull ID --from FILE".\n`);
  return 0;
}

async function showModel({ operands, values, terminal, folder }: Work): Promise<number> {
  const [entry, more] = named(operands, 'info');
  if (entry === undefined || more !== undefined) throw new WrongUse('Give one id: echosight models info ID');
  const state = await stateOf(entry, folder);
  if (values.json === true) {
    terminal.print(`${JSON.stringify({ ...plain(entry, folder), labels: entry.labels, state }, null, 2)}\n`);
    return 0;
  }
  const made = entry.download?.made;
  const { input } = entry as { input?: { width: number; height: number } };
  const rows: [string, string][] = [
    ['id', entry.id],
    ['title', entry.title],
    ['for', entry.task],
    ['family', entry.family],
    ...(input === undefined ? [] : ([['input', `${input.width} x ${input.height}`]] as [string, string][])),
    ['labels', `${entry.labels.length}: ${entry.labels.slice(0, 8).join(', ')}${entry.labels.length > 8 ? '...' : ''}`],
    ['licence', entry.license],
    ['state', words(entry, state)],
    ...(state !== 'absent' || entry.download === undefined
      ? []
      : ([['get it', `npx ${pullCommand(entry)}`]] as [string, string][])),
    ['file', fileOf(entry, folder)],
    ['sha256', entry.sha256],
    ...(entry.download === undefined ? [] : ([['size', megabytes(entry.download.bytes)]] as [string, string][])),
    ...(made === undefined
      ? []
      : ([['made of', `${megabytes(made.bytes)}, SHA-256 ${made.sha256}`]] as [string, string][])),
    ...[...(entry.download?.addresses ?? []), ...(made?.archives ?? [])].map((address): [string, string] => [
      'address',
      address,
    ]),
  ];
  terminal.print(rows.map(([name, value]) => `${name.padEnd(8)}  ${value}\n`).join(''));
  return 0;
}

async function pullModels({ operands, values, terminal, folder }: Work): Promise<number> {
  const entries = named(operands, 'pull');
  const source = typeof values.from === 'string' ? resolve(terminal.folder, values.from) : undefined;
  if (source !== undefined && entries.length !== 1) throw new WrongUse('--from is for one model.');
  const abort = new AbortController();
  void terminal.interrupted().then(() => {
    abort.abort();
  });
  const clock = new SiteClock();
  for (const entry of entries) {
    const state = await stateOf(entry, folder);
    if (state === 'whole') {
      const unused = source === undefined ? '' : `; ${source} was not looked at`;
      terminal.print(`${entry.id} is here already: ${fileOf(entry, folder)}${unused}\n`);
      continue;
    }
    if (!isDownloadable(entry)) {
      terminal.complain(`${entry.id} comes with the package, and its file is ${state}: install the package again.\n`);
      return 1;
    }
    const progress = new Progress(entry.id, terminal, () => clock.monotonic());
    const tools = {
      ...{ clock, signal: abort.signal },
      pause: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
      onProgress: progress.show.bind(progress),
      tell: progress.say.bind(progress),
    };
    try {
      if (source === undefined) await pullModel(entry, folder, tools);
      else await importModel(entry, source, folder, clock);
    } catch (error) {
      if (terminal.live === true) terminal.print('\n');
      if (!abort.signal.aborted) throw error;
      terminal.complain('Stopped. The same command goes on where it ended.\n');
      return 1;
    }
    progress.say(`${entry.id} is whole (licence: ${entry.license}). ${uses[entry.task]}`);
  }
  return 0;
}

async function verifyModels({ operands, values, terminal, folder }: Work): Promise<number> {
  const entries = operands.length === 0 ? catalogEntries() : named(operands, 'verify');
  const all = await Promise.all(entries.map(async (entry) => ({ entry, state: await stateOf(entry, folder) })));
  const checked = operands.length === 0 ? all.filter(({ state }) => state !== 'absent') : all;
  const faulty = checked.filter(({ state }) => state !== 'whole');
  // What comes with the package may not be absent at all.
  const lost = all.filter(({ entry, state }) => state === 'absent' && entry.download === undefined);
  const bad = [...new Set([...faulty, ...lost])];
  if (values.json === true) {
    const told = checked.map(({ entry, state }) => ({ id: entry.id, file: fileOf(entry, folder), state }));
    terminal.print(`${JSON.stringify({ ok: bad.length === 0, models: told }, null, 2)}\n`);
    return bad.length === 0 ? 0 : 1;
  }
  for (const { entry, state } of new Set([...checked, ...lost]))
    terminal.print(`${entry.id}: ${words(entry, state)}\n`);
  const parts = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.part'));
  for (const part of parts) terminal.print(`${part} is an unfinished download: pull the model again to finish it.\n`);
  for (const { entry } of bad) {
    const advice = entry.download === undefined ? 'install the package again' : `run "${pullCommand(entry)}"`;
    terminal.complain(`${entry.id}: ${advice}.\n`);
  }
  return bad.length === 0 ? 0 : 1;
}

/** Recognised and tried before it is taken in. */
async function addOwn({ operands, terminal, folder }: Work): Promise<number> {
  const [given, more] = operands;
  if (given === undefined || more !== undefined) throw new WrongUse('Give one file: echosight models add FILE');
  const source = resolve(terminal.folder, given);
  if (!source.endsWith('.onnx')) throw new WrongUse('A model is a file whose name ends in .onnx.');
  const { description, because } = chooseOwn(source);
  const { family, input, labels, task } = description;
  terminal.print(
    `${shown(description.title)}: family ${family}, input ${input.width} x ${input.height}, ${labels.length} labels\n`,
  );
  for (const reason of because) terminal.print(`  ${reason}\n`);
  const { ms, backend } = await runModel({ model: source }, task, new SiteClock());
  const what = task === 'pose' ? 'person' : 'picture';
  terminal.print(`It runs: ${Math.max(1, Math.round(ms))} ms for one ${what} on ${backend}.\n`);
  const file = await addModel(source, folder);
  terminal.print(`Write this as the ${task === 'pose' ? 'pose model' : 'model'} of detectron-infer:\n${file}\n`);
  return 0;
}

/** A pose model where the file looks like one, else a detector. */
function chooseOwn(source: string): { description: ModelFor<'detection' | 'pose'>; because: string[] } {
  try {
    const because = ['It takes one person and gives the 17 points of a body.'];
    return { description: choosePoseModel(source), because };
  } catch {
    // What it is instead, or why it is nothing, the other one says.
    return chooseModel({ model: source });
  }
}

function named(ids: readonly string[], subcommand: string): CatalogEntry[] {
  if (ids.length === 0) throw new WrongUse(`Give an id: echosight models ${subcommand} ID`);
  const all = catalogEntries();
  return ids.map((id) => {
    const entry = all.find((candidate) => candidate.id === id);
    if (entry !== undefined) return entry;
    throw new WrongUse(`The catalogue has no model "${id}". It has ${all.map((known) => known.id).join(', ')}.`);
  });
}

function plain(entry: CatalogEntry, folder: string): object {
  const { id, title, task, family, license, sha256, download } = entry;
  return { id, title, task, family, license, sha256, file: fileOf(entry, folder), ...download };
}

const onlyFromFile = 'only from a file';

function words(entry: CatalogEntry, state: ModelState): string {
  const { download } = entry;
  if (state === 'damaged') return 'DAMAGED';
  if (state === 'absent' && isByHand(entry)) return onlyFromFile;
  if (state === 'absent') return download === undefined ? 'MISSING' : 'not downloaded';
  return download === undefined ? 'in the package' : 'downloaded';
}
