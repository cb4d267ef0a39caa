import { SoundClassifier } from '../audio/classifier.ts';
import type { Clock, Log, Metrics } from '../contracts/ports.ts';
import { findModel } from '../inference/catalog.ts';
import type { ModelTask } from '../inference/model-description.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { modelPools } from '../site/model-pools.ts';
import { chooseModel, type ModelChoice } from '../vision/detection-model.ts';
import { Detector } from '../vision/detector.ts';
import { PoseEstimator } from '../vision/pose/pose-estimator.ts';
import { choosePoseModel } from '../vision/pose/pose-model.ts';

const side = 64;
const patienceMs = 60_000;
const nowhere = (): void => undefined;
const log: Log = { info: nowhere, warn: nowhere, error: nowhere };
const metrics: Metrics = { count: nowhere, observe: nowhere };

/**
 * Loads a model in a worker of its own and runs it once on an empty input.
 * @returns the runtime, and how long that one run took in milliseconds.
 * @throws SentinelError ES_BAD_CONFIG, ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED,
 * ES_WORKER_LOST
 */
export async function runModel(
  choice: ModelChoice,
  task: ModelTask,
  clock: Clock,
): Promise<{ backend: string; ms: number }> {
  if (task === 'detection') return await detectOnce(choice, clock);
  return task === 'pose' ? await poseOnce(choice.model, clock) : await listenOnce(choice.model, clock);
}

const picture = { bytes: new Uint8Array(side * side * 3), encoding: 'rgb24', width: side, height: side } as const;

async function detectOnce(choice: ModelChoice, clock: Clock): Promise<{ backend: string; ms: number }> {
  const detector = new Detector({
    model: chooseModel(choice).description,
    pool: modelPools({ clock, log }).vision,
    clock,
    log,
    metrics,
  });
  try {
    const job = {
      source: 'check',
      slot: 'check',
      picture,
      maxWaitMs: patienceMs,
      threshold: 1,
      labels: new Set<string>(),
    };
    const outcome = await detector.detect(job);
    return outcome.dropped ? { backend: '', ms: 0 } : { backend: outcome.backend, ms: outcome.timings.inferenceMs };
  } finally {
    await detector.close();
  }
}

async function poseOnce(model: string, clock: Clock): Promise<{ backend: string; ms: number }> {
  const pool = modelPools({ clock, log }).vision;
  const estimator = new PoseEstimator({ model: choosePoseModel(model), pool, clock, metrics });
  try {
    const persons = [{ x: 0, y: 0, width: 1, height: 1 }];
    const reply = await estimator.estimate({ place: ['check'], picture, persons, limitMs: patienceMs, yields: false });
    return { backend: reply?.backend ?? '', ms: reply?.timings.inferenceMs ?? 0 };
  } finally {
    await estimator.close();
  }
}

async function listenOnce(idOrPath: string, clock: Clock): Promise<{ backend: string; ms: number }> {
  const classifier = new SoundClassifier({
    model: findModel(idOrPath, 'sound'),
    pool: modelPools({ clock, log }).audio,
    clock,
    log,
    metrics,
  });
  try {
    const outcome = await classifier.classify({ source: 'check', samples: new Float32Array(soundWindow.samples) });
    return { backend: outcome?.backend ?? '', ms: outcome?.timings.inferenceMs ?? 0 };
  } finally {
    await classifier.close();
  }
}
