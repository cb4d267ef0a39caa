import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findModel, modelsFor, type ModelOffer } from '../../inference/catalog.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import { modelsFolder } from '../../inference/models-folder.ts';
import { readHeader } from '../../onnx-format/header-file.ts';
import { keypointNames } from './coco-keypoints.ts';
import { moveNetInput } from './movenet.ts';

/** A dialog offers no more: reading so many headers takes some hundred milliseconds. */
const mostOffered = 50;

/**
 * Finds a pose model: in the catalogue, or a user's own by the absolute path of its `.onnx` file, which is recognised.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export function choosePoseModel(idOrPath: string): ModelFor<'pose'> {
  return findModel(idOrPath, 'pose', (file) => ({
    ...{ title: basename(file), license: 'unknown', task: 'pose', family: 'movenet' },
    labels: [...keypointNames],
    input: moveNetInput(readHeader(file)).size,
  }));
}

/** What a dialog offers: the pose models of the catalogue, and those that somebody added. */
export function poseModels(folder = modelsFolder()): ModelOffer[] {
  const own = join(folder, 'own');
  const added = filesIn(own).flatMap((name): ModelOffer[] => {
    try {
      const id = join(own, name);
      const { title, license } = choosePoseModel(id);
      return [{ id, title, license, bytes: statSync(id).size, here: true }];
    } catch {
      // A detector, or no model at all.
      return [];
    }
  });
  return [...modelsFor('pose'), ...added];
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.onnx'))
      .slice(0, mostOffered);
  } catch {
    return [];
  }
}
