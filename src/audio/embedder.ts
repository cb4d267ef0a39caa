import { SentinelError } from '../contracts/errors.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { assertTakes, readModelFile } from '../inference/model-file.ts';
import { openSession } from '../inference/session.ts';
import { LogMel, patch } from './log-mel.ts';

/** Name of the output of every sound model from which heads learn. */
export const embeddingOutput = 'embedding';

/** Gives the embeddings of sound windows. Blocks its thread while it works. */
export interface Embedder {
  /** @param windows Of 15,600 samples each. @throws SentinelError ES_MODEL_FAILED, ES_MODEL_INVALID (it has no embedding) */
  embed(windows: readonly Float32Array[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** Windows of one run. */
const mostTogether = 16;

/** @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID */
export async function openEmbedder(model: ModelFor<'sound'>): Promise<Embedder> {
  const { bytes, header } = await readModelFile(model);
  assertTakes(model, header, { shape: ['free', patch.frames, patch.bands] });
  if (!header.outputs.some(({ name }) => name === embeddingOutput)) {
    throw new SentinelError('ES_MODEL_INVALID', `The model "${model.id}" has no embedding to learn from.`, {
      hint: `Choose a sound model with an output named "${embeddingOutput}".`,
    });
  }
  const session = await openSession(bytes);
  const [input = ''] = session.inputNames;
  const logMel = new LogMel();

  const run = async (windows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const data = new Float32Array(windows.length * patch.size);
    windows.forEach((samples, index) => {
      logMel.write(samples, data.subarray(index * patch.size));
    });
    const outputs = await session.run({ [input]: { data, dims: [windows.length, patch.frames, patch.bands] } });
    const all = outputs[embeddingOutput]?.data ?? new Float32Array();
    const size = all.length / windows.length;
    if (!Number.isInteger(size) || size === 0) {
      throw new SentinelError('ES_MODEL_INVALID', `The model "${model.id}" does not give one embedding per window.`);
    }
    return windows.map((_, index) => all.slice(index * size, (index + 1) * size));
  };

  return {
    async embed(windows) {
      const embeddings: Float32Array[] = [];
      for (let start = 0; start < windows.length; start += mostTogether) {
        embeddings.push(...(await run(windows.slice(start, start + mostTogether))));
      }
      return embeddings;
    },
    release: () => session.release(),
  };
}
