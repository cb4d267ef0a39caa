import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findModel, modelsFor, type ModelOffer } from '../../inference/catalog.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import { modelsFolder } from '../../inference/models-folder.ts';
import { headerOf } from '../../onnx-format/known-headers.ts';
import { keypointNames } from './coco-keypoints.ts';
import { moveNetInput } from './movenet.ts';

/** A dialog offers no more: reading so many headers takes some time, though never long at a stretch. */
const mostOffered = 50;

/**
 * Finds a pose model: in the catalogue, or a user's own by the absolute path of its `.onnx` file, which is recognised.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export function choosePoseModel(idOrPath: string): ModelFor<'pose'> {
  return findModel(idOrPath, 'pose', (file) => ({
    ...{ title: basename(file), license: 'unknown', task: 'pose', family: 'movenet' },
    labels: [...keypointNames],
    input: moveNetInput(headerOf(file)).size,
  }));
}

/** What a dialog offers: the pose models of the catalogue, and those that somebody added. */
export async function poseModels(folder = modelsFolder()): Promise<ModelOffer[]> {
  const own = join(folder, 'own');
  const offers = modelsFor('pose');
  for (const name of await filesIn(own)) {
    try {
      const id = join(own, name);
      // Waiting for it lets others have the main thread between two headers.
      const { size } = await stat(id);
      const { title, license } = choosePoseModel(id);
      offers.push({ id, title, license, bytes: size, here: true });
    } catch {
      // A detector, or no model at all.
    }
  }
  return offers;
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.onnx')).slice(0, mostOffered);
}
