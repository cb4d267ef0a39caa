import type { ExecutionProvider } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { ModelSummary, ModelTryAnswer } from '../contracts/model-try.ts';
import type { Clock, Log, Picture } from '../contracts/ports.ts';
import { snapshotRenderer } from '../vision/annotate.ts';
import { chooseModel, type ChosenModel, type ModelChoice } from '../vision/detection-model.ts';
import { Detector } from '../vision/detector.ts';
import { modelPools } from './model-pools.ts';

/** So many of what was found are told. */
const mostTold = 12;
const nowhere = (): void => undefined;
const log: Log = { info: nowhere, warn: nowhere, error: nowhere };
const metrics = { count: nowhere, observe: nowhere };

/** @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG */
export function summaryOf(choice: ModelChoice): ModelSummary {
  return summary(chooseModel(choice));
}

function summary({ description, because }: ChosenModel): ModelSummary {
  const { family, title, license, labels, input } = description;
  return { family, title, license, labels, input, because };
}

/** Runs detectors once for whoever sets them up, each in a thread of its own that ends with the answer, one at a time. */
export class ModelTries {
  readonly #clock: Clock;
  #busy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param threshold Lowest score of what is told.
   * @throws SentinelError what choosing or running the model throws; ES_MODEL_FAILED while another is tried.
   */
  async run(
    choice: ModelChoice,
    picture: Picture,
    { threshold, provider }: { threshold: number; provider: ExecutionProvider },
  ): Promise<ModelTryAnswer> {
    if (this.#busy) {
      throw new SentinelError('ES_MODEL_FAILED', 'Another model is being tried.', { hint: 'Try again in a moment.' });
    }
    this.#busy = true;
    try {
      return await this.#run(chooseModel(choice), picture, threshold, provider);
    } finally {
      this.#busy = false;
    }
  }

  async #run(
    chosen: ChosenModel,
    picture: Picture,
    threshold: number,
    provider: ExecutionProvider,
  ): Promise<ModelTryAnswer> {
    const clock = this.#clock;
    const pool = modelPools({ clock, log }).vision;
    const detector = new Detector({ model: chosen.description, provider, pool, clock, log, metrics });
    try {
      const place = { source: 'try', slot: 'try', maxWaitMs: Infinity };
      const outcome = await detector.detect({ ...place, picture, threshold, labels: new Set() });
      if (outcome.dropped) throw new SentinelError('ES_MODEL_FAILED', 'The model gave no answer.');
      const { objects, backend, fallback, timings } = outcome;
      const jpeg = await snapshotRenderer.jpeg(picture, objects.slice(0, 100));
      return {
        model: summary(chosen),
        picture: `data:image/jpeg;base64,${jpeg.toString('base64')}`,
        objects: objects.slice(0, mostTold).map(({ label, score }) => ({ label, score })),
        found: objects.length,
        inferenceMs: timings.inferenceMs,
        besidesMs: timings.preprocessMs + timings.postprocessMs,
        backend,
        ...(fallback === undefined ? {} : { fallback }),
      };
    } finally {
      await detector.close();
    }
  }
}
