import { resolve } from 'node:path';
import { SoundClassifier } from '../../src/audio/classifier.ts';
import { bestOf } from '../../src/audio/clips/clip-decision.ts';
import { withoutLookalikes } from '../../src/audio/decision/lookalikes.ts';
import { openEmbedder } from '../../src/audio/embedder.ts';
import { mappingOf } from '../../src/audio/sound-classes.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { readConfig } from '../../src/contracts/read-config.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { resample } from '../../src/pcm/resample.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { asWavFile, decodeFrames, openWav } from '../../src/pcm/wav.ts';
import { modelPools } from '../../src/site/model-pools.ts';
import { readSounds } from './sound-files.ts';

/** The settings that audio-classify has by default. */
export const soundDefaults = readConfig('audio-classify', {}, () => undefined);

/** What the model says of a window: scores of our classes, and raw ones by name. */
export type HeardWindow = Readonly<Record<'scores' | 'named', Readonly<Record<string, number>>>>;

/** What was heard in a clip. */
export interface HeardClip {
  /** Of each class, the best score of all windows, as it counts. */
  scores: Readonly<Record<string, number>>;
  windows: readonly HeardWindow[];
  /** Length of the sound. */
  seconds: number;
}

/**
 * Hears sound files just as audio-classify does in a message with a bare WAV file; other forms than WAV, and longer ones
 * than the node takes, are decoded by ffmpeg. A score counts less where what sounds alike is heard, too; forced_entry is judged by its
 * score, not by its rule, which most clips are too short for.
 * @param model id in the catalogue, or path of an `.onnx` file; one without a description beside it is taken to have the
 * form of the default model.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export async function openSoundFinder(model: string) {
  const log = { info: () => undefined, warn: console.error, error: () => undefined };
  const tools = { clock: new SiteClock(), log };
  const path = model.endsWith('.onnx') ? resolve(model) : model;
  const description = findModel(path, 'sound', () => {
    console.error(`${model} has no description: it is taken to have the form of ${soundDefaults.model}.`);
    // The hash is that of another file.
    return { ...findModel(soundDefaults.model, 'sound'), sha256: undefined };
  });
  const classifier = new SoundClassifier({
    ...{ model: description, pool: modelPools(tools).audio, ...tools },
    metrics: { count: () => undefined, observe: () => undefined },
  });

  const { suppressors } = mappingOf(description);
  const counted = ({ scores, named }: HeardWindow) => withoutLookalikes(scores, named, suppressors).counted;
  const find = async (samples: Float32Array): Promise<HeardClip> => {
    const windows: HeardWindow[] = [];
    const wav = asWavFile(samples, soundWindow.sampleRate);
    const { seconds } = await classifier.hear(wav, { trained: false }, ({ scores, named }) => {
      windows.push({ scores, named });
    });
    return { scores: bestOf(windows.map(counted)), windows, seconds };
  };
  try {
    // The model is opened with the first window: this one is nobody's.
    const first = await classifier.classify({ source: 'clip', samples: new Float32Array(soundWindow.samples) });
    if (first === undefined) throw new Error('The classifier dropped its first window.');
    const { backend, scores } = first;
    const read = (files: readonly string[]) => readSounds(files, readWav);
    const embedder = () => openEmbedder(description);
    return { read, find, counted, embedder, knows: Object.keys(scores), backend, close: () => classifier.close() };
  } catch (error) {
    await classifier.close();
    throw error;
  }
}

/** A WAV file as audio-classify takes it. @throws SentinelError ES_AUDIO_INVALID */
function readWav(bytes: Buffer): Float32Array {
  const { data, format } = openWav(bytes);
  return resample(decodeFrames(data, format), format.sampleRate, soundWindow.sampleRate);
}
