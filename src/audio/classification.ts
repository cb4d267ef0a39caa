import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { SoundClass } from '../contracts/messages.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { assertTakes, readModelFile } from '../inference/model-file.ts';
import { openSession, type FloatTensor } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import { resample } from '../pcm/resample.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { decodeFrames } from '../pcm/wav.ts';
import type { ClipPart } from './clip-parts.ts';
import { LogMel, patch } from './log-mel.ts';
import { SoundScale } from './sound-classes.ts';

/** Windows to classify, or a part of a WAV file to read: both take longer than the event loop may wait. */
export type AudioRequest = { windows: readonly Float32Array[] } | { part: ClipPart };
export type AudioReply = Classified | { samples: Float32Array };

export interface Classified {
  /** In the order of the windows. */
  results: { scores: Record<SoundClass, number>; top: { label: string; score: number }[] }[];
  backend: string;
  /** Of the whole batch. */
  timings: { featuresMs: number; inferenceMs: number };
}

/** Of every model of the family. */
const inputName = 'log_mel';
const topCount = 5;

/**
 * Opens a sound model and answers with the scores of sound windows, all windows of a request in one run; or with the
 * samples of a part of a WAV file at 16 kHz. Blocks its thread while it works: it is what the audio worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openClassification(model: ModelFor<'sound'>): Promise<WorkerService<AudioRequest, AudioReply>> {
  const scale = new SoundScale(model);
  const shape = ['free', patch.frames, patch.bands] as const;
  const { bytes, header } = await readModelFile(model);
  assertTakes(model, header, { name: inputName, shape });
  const session = await openSession(bytes);
  const logMel = new LogMel();

  const classify = async (windows: readonly Float32Array[]): Promise<Classified> => {
    const started = performance.now();
    const patches = new Float32Array(windows.length * patch.size);
    windows.forEach((samples, index) => {
      logMel.write(samples, patches.subarray(index * patch.size));
    });
    const featuresDone = performance.now();
    const input = { data: patches, dims: [windows.length, patch.frames, patch.bands] };
    const outputs = await session.run({ [inputName]: input });
    const inferenceMs = performance.now() - featuresDone;
    const tags = rowsOf('tags', outputs, windows.length, model.tags.length);
    const events = rowsOf('events', outputs, windows.length, model.labels.length);
    return {
      results: windows.map((_, index) => {
        const heads = { tags: tags(index), events: events(index) };
        return { scores: scale.scores(heads), top: scale.top(heads, topCount) };
      }),
      backend: session.backend,
      timings: { featuresMs: featuresDone - started, inferenceMs },
    };
  };

  return {
    async answer(request) {
      return 'part' in request ? { samples: readPart(request.part) } : await classify(request.windows);
    },
    release: () => session.release(),
  };
}

function readPart({ bytes, format, ...part }: ClipPart): Float32Array {
  const samples = decodeFrames(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), format);
  return resample(samples, format.sampleRate, soundWindow.sampleRate, part);
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
