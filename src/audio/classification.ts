import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { SoundClass } from '../contracts/messages.ts';
import type { ModelDescription } from '../inference/model-description.ts';
import { readModelFile } from '../inference/model-file.ts';
import { openSession, type FloatTensor } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import { LogMel, patch } from './log-mel.ts';
import { SoundScale } from './sound-classes.ts';

/** Sound windows of 15,600 samples each, one behind the other. */
export interface ClassificationRequest {
  windows: readonly Float32Array[];
}

export interface ClassificationReply {
  /** In the order of the windows. */
  results: { scores: Record<SoundClass, number>; top: { label: string; score: number }[] }[];
  backend: string;
  /** Of the whole batch. */
  timings: { featuresMs: number; inferenceMs: number };
}

const topCount = 5;

/**
 * Opens a sound model and answers with the scores of sound windows, all windows of a request in one run.
 * Blocks its thread while it works: it is what the audio worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openClassification(
  model: ModelDescription,
): Promise<WorkerService<ClassificationRequest, ClassificationReply>> {
  if (model.family !== 'echosight-audio') {
    throw new SentinelError('ES_MODEL_INVALID', `The model "${model.id}" cannot classify sounds.`);
  }
  const scale = new SoundScale(model);
  const { bytes } = await readModelFile(model);
  const session = await openSession(bytes);
  const logMel = new LogMel();

  return {
    async answer({ windows }) {
      const started = performance.now();
      const patches = new Float32Array(windows.length * patch.size);
      windows.forEach((samples, index) => {
        logMel.write(samples, patches.subarray(index * patch.size));
      });
      const featuresDone = performance.now();
      const input = { data: patches, dims: [windows.length, patch.frames, patch.bands] };
      const outputs = await session.run({ log_mel: input });
      const inferenceMs = performance.now() - featuresDone;
      const tags = rowsOf('tags', outputs, windows.length, model.tags?.length ?? 0);
      const events = rowsOf('events', outputs, windows.length, model.labels.length);
      return {
        results: windows.map((_, index) => {
          const heads = { tags: tags(index), events: events(index) };
          return { scores: scale.scores(heads), top: scale.top(heads, topCount) };
        }),
        backend: session.backend,
        timings: { featuresMs: featuresDone - started, inferenceMs },
      };
    },
    release: () => session.release(),
  };
}

/** Gives the rows of an output, one per window. */
function rowsOf(
  name: string,
  outputs: Readonly<Record<string, FloatTensor>>,
  rows: number,
  columns: number,
): (row: number) => Float32Array {
  const output = outputs[name];
  if (output?.data.length !== rows * columns) {
    throw new SentinelError(
      'ES_MODEL_INVALID',
      `The model's output "${name}" does not have ${columns} numbers per window.`,
    );
  }
  return (row) => output.data.subarray(row * columns, (row + 1) * columns);
}
