import { existsSync, readFileSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { Type, type Static, type TSchema } from 'typebox';
import { SentinelError } from '../contracts/errors.ts';
import { assertMatches } from '../contracts/guards.ts';
import { modelFile } from '../process/package-files.ts';
import {
  families,
  sha256,
  type ModelDescription,
  type ModelFamily,
  type ModelFor,
  type ModelTask,
  type StoredDescription,
} from './model-description.ts';

const anyFamily = Type.Object({ family: Type.Enum(Object.keys(families) as ModelFamily[]) });
const catalogFile = Type.Object({
  models: Type.Array(
    Type.Object({
      id: Type.String(),
      file: Type.String({ pattern: '^[\\w.-]+\\.onnx$' }),
      sha256,
      ...anyFamily.properties,
    }),
  ),
});

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
  const model = idOrPath.endsWith('.onnx') ? userModel(idOrPath, recognise) : catalogModel(idOrPath, task);
  if (isFor(model, task)) return model;
  throw new SentinelError('ES_BAD_CONFIG', `The model "${model.id}" is for ${model.task}, not for ${task}.`, {
    hint: `Known models for ${task}: ${idsFor(task)}.`,
  });
}

/** Every model that comes with the package. @throws SentinelError ES_MODEL_INVALID */
export function catalogModels(): { id: string; task: ModelTask }[] {
  return readCatalog().map(({ id, family }) => ({ id, task: families[family].properties.task.const }));
}

/** SHA-256 of every model file that is known to be harmless. @throws SentinelError ES_MODEL_INVALID */
export function catalogHashes(): Set<string> {
  return new Set(readCatalog().map((entry) => entry.sha256));
}

function isFor<Task extends ModelTask>(model: ModelDescription, task: Task): model is ModelFor<Task> {
  return model.task === task;
}

function catalogModel(id: string, task: ModelTask): ModelDescription {
  const entry = readCatalog().find((candidate) => candidate.id === id);
  if (entry !== undefined)
    return { ...describe(entry, `entry "${id}" of the catalogue`), id, file: modelFile(entry.file) };
  throw new SentinelError('ES_MODEL_MISSING', `The catalogue has no model "${id}".`, {
    hint: `Known models for ${task}: ${idsFor(task)}; or give the absolute path of an .onnx file.`,
  });
}

function userModel(file: string, recognise: Recogniser | undefined): ModelDescription {
  if (!isAbsolute(file)) {
    throw new SentinelError('ES_BAD_CONFIG', `The model "${file}" is no absolute path.`, {
      hint: 'Write the path of the .onnx file from the root folder on.',
    });
  }
  const id = basename(file, '.onnx');
  const description = file.replace(/\.onnx$/, '.json');
  const said = existsSync(description) ? readJson(description) : undefined;
  for (const needed of said === undefined && recognise === undefined ? [file, description] : [file]) {
    if (existsSync(needed)) continue;
    throw new SentinelError('ES_MODEL_MISSING', `The file ${needed} does not exist.`, {
      hint: 'Write the path as it is where Node-RED runs, in a container the one inside it.',
    });
  }
  if (said === undefined && recognise !== undefined) return { ...describe(recognise(file, undefined), file), id, file };
  return {
    ...describe({ ...(recognise && recognised(file, said, recognise)), ...(said as object) }, description),
    id,
    file,
  };
}

/** What a file says about itself, under what its description says; nothing when that has to suffice. */
function recognised(file: string, said: unknown, recognise: Recogniser): object {
  const { family, task = 'detection' } = (said ?? {}) as { family?: unknown; task?: unknown };
  if (task !== 'detection') return {};
  try {
    return recognise(file, typeof family === 'string' ? family : undefined);
  } catch {
    return {};
  }
}

function readCatalog(): Static<typeof catalogFile>['models'] {
  const file = modelFile('catalog.json');
  const catalog = readJson(file);
  matchOrInvalid(catalogFile, catalog, file);
  return (catalog as Static<typeof catalogFile>).models;
}

function idsFor(task: ModelTask): string {
  const fitting = readCatalog().filter((entry) => families[entry.family].properties.task.const === task);
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

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SentinelError('ES_MODEL_INVALID', `The model description ${file} cannot be read: ${why}.`, { cause });
  }
}
