import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { assertTakes, readModelFile } from '../inference/model-file.ts';
import { openSession, type FloatTensor } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import { readPart, type ClipPart } from './clip-parts.ts';
import { hearStretches, type HeardStretch } from './clips/hear-stretches.ts';
import type { ClipStretch } from './clips/stretches.ts';
import { LogMel, patch } from './log-mel.ts';
import { embeddingOutput } from './embedder.ts';
import { eventsOf, SoundScale, tagsOf, type RawSounds, type SoundScores } from './sound-classes.ts';
import { RowMemory } from './row-memory.ts';
import { headScores, type RunningHead } from './heads/head.ts';

/** Windows to classify, a part of a WAV file to read, or clips to hear: all take longer than the event loop may wait. */
export type AudioRequest =
  | { windows: readonly SourceWindow[]; head?: RunningHead }
  | { part: ClipPart }
  | { stretches: readonly ClipStretch[]; head?: RunningHead };
export type AudioReply = Classified | { samples: Float32Array } | HeardTogether;

/** In the order of the stretches, all judged in one run. */
interface HeardTogether extends Pick<Classified, 'backend' | 'timings'> {
  heard: HeardStretch[];
}

/** A sound window and the source whose windows before it overlap with it. */
export interface SourceWindow {
  source: string;
  samples: Float32Array;
}

/** What was heard in one window. */
export interface HeardSound {
  scores: SoundScores;
  /** The five best raw names. */
  top: { label: string; score: number }[];
  /** Raw scores of what suppresses a class and of impacts (models/sound-mapping.json), as far as the model knows them. */
  named: Record<string, number>;
  /** What a head that the user trained says, by its labels; absent: there is none, or it belongs to another model. */
  trained?: Record<string, number>;
}

export interface Classified {
  /** In the order of the windows. */
  results: HeardSound[];
  backend: string;
  /** Of the whole batch. */
  timings: { featuresMs: number; inferenceMs: number };
}

/** What the model says of each patch of a run. */
export interface JudgedPatches {
  heard(index: number): HeardSound;
}

/** Outputs with the scores of AudioSet's names, and of our classes where the family has a head for them. */
const outputsOf = {
  'echosight-audio': { tags: 'tags', events: 'events' },
  yamnet: { tags: 'scores', events: undefined },
} as const satisfies Record<ModelFor<'sound'>['family'], { tags: string; events: string | undefined }>;
const topCount = 5;

/**
 * Opens a sound model and answers with the scores of sound windows, all windows of a request in one run; or with the
 * samples of a part of a WAV file at 16 kHz. Blocks its thread while it works: it is what the audio worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG (the table of classes)
 */
export async function openClassification(model: ModelFor<'sound'>): Promise<WorkerService<AudioRequest, AudioReply>> {
  const scale = new SoundScale(model);
  const shape = ['free', patch.frames, patch.bands] as const;
  const { bytes, header } = await readModelFile(model);
  assertTakes(model, header, { shape });
  const session = await openSession(bytes);
  const [inputName = ''] = session.inputNames;
  const logMel = new LogMel();
  const names = outputsOf[model.family];
  const rows = new RowMemory();

  /** A head that was trained on the embeddings of another model would say anything. */
  const fitting = (head: RunningHead | undefined, size: number): RunningHead | undefined => {
    if (head === undefined || head.modelSha256 !== model.sha256) return undefined;
    return head.weights.length === size * head.labels.length ? head : undefined;
  };

  /** One run of the model over so many patches. */
  const judge = async (patches: Float32Array, count: number, head: RunningHead | undefined): Promise<JudgedPatches> => {
    const outputs = await session.run({ [inputName]: { data: patches, dims: [count, patch.frames, patch.bands] } });
    const tags = rowsOf(names.tags, outputs, count, tagsOf(model).length);
    const events =
      names.events === undefined ? undefined : rowsOf(names.events, outputs, count, eventsOf(model).length);
    const raw = (index: number): RawSounds => ({ tags: tags(index), events: events?.(index) });
    const embeddings = outputs[embeddingOutput]?.data ?? new Float32Array();
    const size = embeddings.length / count;
    const own = fitting(head, size);
    if (own !== undefined) assertNumbers(embeddingOutput, embeddings);
    const trained = (index: number): Pick<HeardSound, 'trained'> =>
      own === undefined ? {} : { trained: headScores(own, embeddings.subarray(index * size, (index + 1) * size)) };
    return {
      heard(index) {
        const said = raw(index);
        return {
          ...{ scores: scale.scores(said), top: scale.top(said, topCount), named: scale.named(said) },
          ...trained(index),
        };
      },
    };
  };

  const classify = async (windows: readonly SourceWindow[], head: RunningHead | undefined): Promise<Classified> => {
    const started = performance.now();
    const patches = new Float32Array(windows.length * patch.size);
    windows.forEach(({ source, samples }, index) => {
      rows.write(source, samples, patches.subarray(index * patch.size));
    });
    const featuresDone = performance.now();
    const judged = await judge(patches, windows.length, head);
    const results = windows.map((_, index) => judged.heard(index));
    return { results, backend: session.backend, timings: timingsOf(started, featuresDone) };
  };

  const hear = async (stretches: readonly ClipStretch[], head: RunningHead | undefined): Promise<HeardTogether> => {
    const started = performance.now();
    let featuresDone = started;
    const heard = await hearStretches(stretches, {
      logMel,
      judge: (patches, count) => {
        featuresDone = performance.now();
        return judge(patches, count, head);
      },
    });
    return { heard, backend: session.backend, timings: timingsOf(started, featuresDone) };
  };

  return {
    async answer(request) {
      if ('part' in request) return { samples: readPart(request.part) };
      if ('windows' in request) return await classify(request.windows, request.head);
      return await hear(request.stretches, request.head);
    },
    release: () => session.release(),
  };
}

function timingsOf(started: number, featuresDone: number): Classified['timings'] {
  return { featuresMs: featuresDone - started, inferenceMs: performance.now() - featuresDone };
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
  assertNumbers(name, output.data);
  return (row) => output.data.subarray(row * columns, (row + 1) * columns);
}

/** No threshold is ever reached by NaN: a model that gives it hears nothing, and nobody would know. */
function assertNumbers(name: string, data: Float32Array): void {
  for (const value of data) {
    if (!Number.isNaN(value)) continue;
    throw new SentinelError('ES_MODEL_FAILED', `The model's output "${name}" holds what is no number.`, {
      hint: 'Choose another sound model: the file of this one is damaged, or it overflows.',
    });
  }
}
