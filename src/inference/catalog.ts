import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Type, type Static, type TSchema } from 'typebox';
import { SentinelError } from '../contracts/errors.ts';
import { assertMatches } from '../contracts/guards.ts';
import { modelFile, packageFile } from '../process/package-files.ts';
import {
  families,
  sha256,
  type ModelDescription,
  type ModelFamily,
  type ModelFor,
  type ModelTask,
  type StoredDescription,
} from './model-description.ts';
import { isOwnFile } from './model-path.ts';
import { modelsFolder, modelsUserFolder } from './models-folder.ts';

const anyFamily = Type.Object({ family: Type.Enum(Object.keys(families) as ModelFamily[]) });
const labels = Type.Array(Type.String());
const bytes = Type.Integer({ minimum: 1 });
const address = Type.String({ pattern: '^https://' });
const catalogFile = Type.Object({
  labelSets: Type.Record(Type.String(), labels),
  models: Type.Array(
    Type.Object({
      id: Type.String({ pattern: '^[\\w.-]+$' }),
      title: Type.String(),
      license: Type.String(),
      file: Type.String({ pattern: '^[\\w.-]+\\.onnx$' }),
      sha256,
      labels: Type.Union([labels, Type.String({ description: 'Name of one of the sets.' })]),
      built: Type.Optional(Type.Boolean({ description: 'Made by the build out of another model.' })),
      download: Type.Optional(
        Type.Object({
          bytes,
          addresses: Type.Array(address, {
            description: 'Empty: nobody is known who hands it out; it is taken from a file.',
          }),
          made: Type.Optional(
            Type.Object(
              {
                from: Type.Literal('yamnet-tflite', { description: 'What makes the model out of it.' }),
                bytes,
                sha256,
                archives: Type.Array(address, { description: 'Hand out a .tar.gz that holds the same file.' }),
              },
              { description: 'What the addresses hand out instead, and of which the model is made on this machine.' },
            ),
          ),
        }),
      ),
      ...anyFamily.properties,
    }),
  ),
});

/** Bytes of a user's description, which is read on the main thread; a thousand labels take 30 KB. */
const longestDescription = 64 * 1024;

/** One model of `models/catalog.json`. */
export type CatalogEntry = Omit<Static<typeof catalogFile>['models'][number], 'labels'> & {
  labels: readonly string[];
  task: ModelTask;
};
/** A model that does not come with the package: what its one file is, and where. */
export type DownloadableEntry = CatalogEntry & { download: NonNullable<CatalogEntry['download']> };

/**
 * Describes a model file by itself. @param family The one that somebody knows better.
 * @throws SentinelError ES_MODEL_INVALID when it cannot be recognised.
 */
export type Recogniser = (file: string, family: string | undefined) => object;

/**
 * Finds a model by its id in `models/catalog.json`, or a user's own by the absolute path of its `.onnx` file. What a
 * description of the same name ending in `.json` says about the latter counts; what it leaves out, or all when there is
 * none, the file itself says, where that can be recognised.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID (its description), ES_BAD_CONFIG (made for another task)
 */
export function findModel<Task extends ModelTask>(
  idOrPath: string,
  task: Task,
  recognise?: Recogniser,
): ModelFor<Task> {
  const wanted = idOrPath.trim();
  const model = isOwnFile(wanted) ? userModel(wanted, recognise) : catalogModel(wanted, task);
  if (isFor(model, task)) return model;
  throw forAnother(model, task);
}

/** Every model that comes with the package. @throws SentinelError ES_MODEL_INVALID */
export function catalogModels(): { id: string; task: ModelTask }[] {
  return catalogEntries().flatMap(({ id, task, download }) => (download === undefined ? [{ id, task }] : []));
}

let entries: readonly CatalogEntry[] | undefined;

/** Every model of the catalogue, which is read once: it comes with the package. @throws SentinelError ES_MODEL_INVALID */
export function catalogEntries(): readonly CatalogEntry[] {
  return (entries ??= readCatalog());
}

function readCatalog(): CatalogEntry[] {
  const file = modelFile('catalog.json');
  const catalog = readJson(file);
  matchOrInvalid(catalogFile, catalog, file);
  const { models, labelSets } = catalog as Static<typeof catalogFile>;
  return models.map((model) => ({
    ...model,
    task: families[model.family].properties.task.const,
    labels: typeof model.labels === 'string' ? (labelSets[model.labels] ?? []) : model.labels,
  }));
}

/** A model as a dialog offers it; `bytes` of its file, if that is known, and whether it is here. */
export type ModelOffer = Pick<CatalogEntry, 'id' | 'title' | 'license'> & {
  bytes?: number;
  here: boolean;
  /** What gets one that is not here. */
  command?: string;
  /** Nobody is known who hands it out: somebody has to bring its file. */
  byHand?: boolean;
  /** What is fetched to get it: whose host, and how much. */
  from?: { host: string; bytes: number };
};

/** What a dialog offers: the models for a task. @throws SentinelError ES_MODEL_INVALID */
export function modelsFor(task: ModelTask): ModelOffer[] {
  return catalogEntries().flatMap((entry) => {
    const { id, title, license, download } = entry;
    if (entry.task !== task) return [];
    const found = sizeOf(fileOf(entry));
    const bytes = download?.bytes ?? found;
    const here = found !== undefined && found === bytes;
    const absent = here ? {} : { command: pullCommand(entry), byHand: isByHand(entry), ...originOf(entry) };
    return [{ id, title, license, ...(bytes === undefined ? {} : { bytes }), here, ...absent }];
  });
}

function originOf({ download }: CatalogEntry): Pick<ModelOffer, 'from'> {
  const [address] = download?.addresses ?? [];
  if (download === undefined || address === undefined) return {};
  return { from: { host: new URL(address).host, bytes: download.made?.bytes ?? download.bytes } };
}

/** Whether a model is downloaded, and does not come with the package. */
export function isDownloadable(entry: CatalogEntry): entry is DownloadableEntry {
  return entry.download !== undefined;
}

/** Whether nobody is known who hands out a model. */
export function isByHand({ download }: CatalogEntry): boolean {
  return download?.addresses.length === 0 && (download.made?.archives.length ?? 0) === 0;
}

/** What gets a model that is not here. */
export function pullCommand(entry: CatalogEntry): string {
  return `echosight models pull ${entry.id}${isByHand(entry) ? ' --from FILE' : ''}`;
}

/** Absolute path of a model's file, whether it is there or not. @param folder of the models that were pulled */
export function fileOf({ file, download, built }: CatalogEntry, folder = modelsFolder()): string {
  if (built === true) return packageFile('dist', 'models', file);
  return download === undefined ? modelFile(file) : join(folder, file);
}

/** SHA-256 of every model file that is known to be harmless. @throws SentinelError ES_MODEL_INVALID */
export function catalogHashes(): Set<string> {
  return new Set(catalogEntries().map((entry) => entry.sha256));
}

function isFor<Task extends ModelTask>(model: ModelDescription, task: Task): model is ModelFor<Task> {
  return model.task === task;
}

function forAnother({ id, task }: { id: string; task: ModelTask }, wanted: ModelTask): SentinelError {
  return new SentinelError('ES_BAD_CONFIG', `The model "${id}" is for ${task}, not for ${wanted}.`, {
    hint: `Known models for ${wanted}: ${idsFor(wanted)}.`,
  });
}

function catalogModel(id: string, task: ModelTask): ModelDescription {
  const entry = catalogEntries().find((candidate) => candidate.id === id);
  if (entry !== undefined) {
    if (entry.task !== task) throw forAnother(entry, task);
    const said: Partial<CatalogEntry> = { ...entry };
    delete said.download;
    delete said.built;
    const file = fileOf(entry);
    if (isDownloadable(entry)) assertPulled(entry, file);
    const origin = isDownloadable(entry) ? 'pulled' : 'embedded';
    return { ...describe(said, `entry "${id}" of the catalogue`), id, file, origin };
  }
  throw new SentinelError('ES_MODEL_MISSING', `The catalogue has no model "${id}".`, {
    hint: `Known models for ${task}: ${idsFor(task)}; or give the absolute path of an .onnx file.`,
  });
}

function userModel(file: string, recognise: Recogniser | undefined): ModelDescription {
  const id = basename(file, '.onnx');
  const description = file.replace(/\.onnx$/, '.json');
  const said = sizeOf(description) !== undefined ? readJson(description, longestDescription) : undefined;
  for (const needed of said === undefined && recognise === undefined ? [file, description] : [file]) {
    if (sizeOf(needed) !== undefined) continue;
    throw new SentinelError('ES_MODEL_MISSING', `The file ${needed} does not exist.`, {
      hint: 'Write the path as it is where Node-RED runs, in a container the one inside it.',
    });
  }
  const known =
    said === undefined && recognise !== undefined
      ? describe(recognise(file, undefined), file)
      : describe({ ...(recognise && recognised(file, said, recognise)), ...(said as object) }, description);
  return { ...known, id, file, origin: 'own' };
}

/** What a file says about itself, under what its description says; nothing when that has to suffice. */
function recognised(file: string, said: unknown, recognise: Recogniser): object {
  const { family, task = 'detection' } = (said ?? {}) as { family?: unknown; task?: unknown };
  if (task === 'sound') return {};
  try {
    return recognise(file, typeof family === 'string' ? family : undefined);
  } catch {
    return {};
  }
}

/** Of a file; undefined for anything else: opening a pipe would wait for its other end. */
function sizeOf(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}

/** Whether it is the right file, its hash says when it is opened. */
function assertPulled(entry: DownloadableEntry, file: string): void {
  const { id, download } = entry;
  const { bytes } = download;
  const found = sizeOf(file);
  if (found === bytes) return;
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const [name, message] =
    found === undefined
      ? (['ES_MODEL_MISSING', `The model "${id}" (${size}) is not downloaded yet.`] as const)
      : (['ES_MODEL_INVALID', `The file of the model "${id}" is not whole: ${file}.`] as const);
  throw new SentinelError(name, message, {
    hint:
      `In ${modelsUserFolder()} run "npx ${pullCommand(entry)}", then deploy again.` +
      (isByHand(entry) ? ' Nobody is known who hands out this file: bring it along.' : ''),
  });
}

function idsFor(task: ModelTask): string {
  const fitting = catalogEntries().filter((entry) => entry.task === task);
  return fitting.map((entry) => entry.id).join(', ');
}

function describe(raw: unknown, where: string): StoredDescription {
  matchOrInvalid(anyFamily, raw, where);
  const { family } = raw as Static<typeof anyFamily>;
  matchOrInvalid(families[family], raw, where);
  return raw as StoredDescription;
}

function matchOrInvalid(schema: TSchema, value: unknown, where: string): void {
  try {
    assertMatches(schema, value, 'model description');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SentinelError('ES_MODEL_INVALID', `The model description in ${where} is wrong. ${why}`, { cause });
  }
}

/** What the file holds is not told: whoever chooses a model must not read other files by it. */
function readJson(file: string, longest = Infinity): unknown {
  let why = 'it is too large';
  try {
    if ((sizeOf(file) ?? 0) <= longest) return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    why = code ?? `it is no JSON${/ \(line \d+ column \d+\)/.exec(message)?.[0] ?? ''}`;
  }
  throw new SentinelError('ES_MODEL_INVALID', `The model description ${file} cannot be read: ${why}.`);
}
