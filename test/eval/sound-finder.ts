import { resolve } from 'node:path';
import { SoundClassifier, type SoundOutcome } from '../../src/audio/classifier.ts';
import { openEmbedder } from '../../src/audio/embedder.ts';
import { clipWindows } from '../../src/audio/clip-windows.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { readConfig } from '../../src/contracts/read-config.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { modelPools } from '../../src/site/model-pools.ts';
import { readSounds } from './sound-files.ts';

/** The settings that audio-classify has by default. */
export const soundDefaults = readConfig('audio-classify', {}, () => undefined);

/** What was heard in a clip. */
export interface HeardClip {
  /** Of each class, the best score of all windows. */
  scores: Readonly<Record<string, number>>;
  /** The same of each window. */
  windows: readonly Readonly<Record<string, number>>[];
  /** Length of the sound. */
  seconds: number;
}

/** Windows that wait at a time: as many as the classifier takes of one source. */
const together = 8;

/**
 * Hears sound files just as audio-classify does in a message with a bare WAV file; other forms than WAV, and longer ones
 * than the node takes, are decoded by ffmpeg.
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
    return findModel(soundDefaults.model, 'sound');
  });
  const classifier = new SoundClassifier({
    ...{ model: description, pool: modelPools(tools).audio, ...tools },
    metrics: { count: () => undefined, observe: () => undefined },
  });

  const classify = async (samples: Float32Array): Promise<SoundOutcome> => {
    const outcome = await classifier.classify({ source: 'clip', samples });
    if (outcome === undefined) throw new Error('The classifier dropped a window, although fewer wait than it takes.');
    return outcome;
  };
  const find = async (samples: Float32Array): Promise<HeardClip> => {
    const windows = clipWindows(samples);
    const scores: Record<string, number> = {};
    const heard: SoundOutcome['scores'][] = [];
    for (let at = 0; at < windows.length; at += together) {
      const outcomes = await Promise.all(windows.slice(at, at + together).map((window) => classify(window.samples)));
      heard.push(...outcomes.map((outcome) => outcome.scores));
      for (const [name, score] of outcomes.flatMap((outcome) => Object.entries(outcome.scores))) {
        scores[name] = Math.max(scores[name] ?? 0, score);
      }
    }
    return { scores, windows: heard, seconds: samples.length / soundWindow.sampleRate };
  };
  try {
    // The model is opened with the first window: this one is nobody's.
    const { backend, scores } = await classify(new Float32Array(soundWindow.samples));
    const read = (files: readonly string[]) => readSounds(files, (bytes) => classifier.readClip(bytes));
    const embedder = () => openEmbedder(description);
    return { read, find, embedder, knows: Object.keys(scores), backend, close: () => classifier.close() };
  } catch (error) {
    await classifier.close();
    throw error;
  }
}
