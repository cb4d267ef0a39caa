import type { ExecutionProvider } from '../contracts/configs.ts';
import { asSentinelError, type SentinelError } from '../contracts/errors.ts';
import type { NoteModel } from '../contracts/register.ts';
import { chooseModel, type ModelChoice } from '../vision/detection-model.ts';
import { Detector } from '../vision/detector.ts';
import { PoseEstimator } from '../vision/pose/pose-estimator.ts';
import { choosePoseModel } from '../vision/pose/pose-model.ts';
import type { HealthBoard } from './health-board.ts';
import { modelFault } from './model-fault.ts';
import type { ModelPools } from './model-pools.ts';
import { ServiceLeases, type ServiceLease } from './service-leases.ts';
import type { SiteTools } from './site.ts';

export interface SiteVisionOptions {
  pool: ModelPools['vision'];
  health: HealthBoard;
  noteModel: NoteModel;
  tools: SiteTools;
}

/** The eyes of a Site: the models that look at pictures, shared by its nodes. */
export class SiteVision {
  readonly #options: SiteVisionOptions;
  readonly #detectors: ServiceLeases<Detector>;
  readonly #poseEstimators: ServiceLeases<PoseEstimator>;

  constructor(options: SiteVisionOptions) {
    this.#options = options;
    const { health } = options;
    this.#detectors = new ServiceLeases((key) => {
      health.forgetModel(key.split('\n', 1).join());
    });
    this.#poseEstimators = new ServiceLeases((model) => {
      health.forgetModel(model);
    });
  }

  /**
   * The detector of a model, shared by all nodes that use it on the same provider and read it alike. `get` throws
   * ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG.
   */
  detector(choice: ModelChoice, provider: ExecutionProvider = 'cpu'): ServiceLease<Detector> {
    const { pool, noteModel, tools } = this.#options;
    const { model, family, classNames, inputSize } = choice;
    return this.#detectors.lease(
      [model, provider, family, classNames, inputSize].join('\n'),
      () => new Detector({ model: chooseModel(choice).description, provider, pool, noteModel, ...tools }),
    );
  }

  /**
   * The classes of a detector, and what is wrong with it before it is opened: ES_MODEL_MISSING, ES_MODEL_INVALID or
   * ES_BAD_CONFIG. Then there are no classes.
   */
  knownDetector(choice: ModelChoice): { labels: readonly string[]; fault: SentinelError | undefined } {
    try {
      return { labels: chooseModel(choice).description.labels, fault: undefined };
    } catch (error) {
      return { labels: [], fault: asSentinelError(error, 'ES_MODEL_INVALID') };
    }
  }

  /** What finds poses, shared by all nodes that use the same model. `get` throws as that of `detector` does. */
  poseEstimator(model: string): ServiceLease<PoseEstimator> {
    const { pool, noteModel, tools } = this.#options;
    const { clock, metrics } = tools;
    return this.#poseEstimators.lease(
      model,
      () => new PoseEstimator({ model: choosePoseModel(model), pool, noteModel, clock, metrics }),
    );
  }

  /** What is wrong with a pose model before it is opened. */
  poseFault(model: string): SentinelError | undefined {
    return modelFault(() => choosePoseModel(model));
  }

  async close(): Promise<void> {
    await Promise.all([this.#detectors.close(), this.#poseEstimators.close()]);
  }
}
