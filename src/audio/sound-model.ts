import { findModel } from '../inference/catalog.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { SoundScale } from './sound-classes.ts';
import { parseSoundTable } from './sound-mapping.ts';

/**
 * Finds a sound model: in the catalogue, or a user's own by the absolute path of its `.onnx` file; and makes sure that it
 * knows the sounds that the table of classes asks about.
 * @param table A user's own table as JSON; empty: what the model itself says, or the shipped one.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export function chooseSoundModel(idOrPath: string, table = ''): ModelFor<'sound'> {
  const found = findModel(idOrPath, 'sound');
  const mapping = parseSoundTable(table);
  const model = mapping === undefined ? found : { ...found, mapping };
  // Says by name what does not go together, before the model is opened.
  new SoundScale(model);
  return model;
}
