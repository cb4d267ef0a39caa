import type { DetectronInferConfig } from '../contracts/configs.ts';
import type { SentinelError } from '../contracts/errors.ts';
import type { PosesOptions } from '../vision/pose/poses.ts';
import type { Site } from './site.ts';

type Settings = Pick<DetectronInferConfig, 'pose' | 'poseModel' | 'posePersons' | 'poseScore' | 'poseSeconds'>;

/** What one node needs for finding poses. */
export class NodePoses {
  /** Absent: poses are off. */
  readonly options: Omit<PosesOptions, 'clock'> | undefined;
  readonly release: () => void;
  #fault: SentinelError | undefined;

  /** @param tell is told once whenever poses cannot be had, as early as now. */
  constructor(site: Site, settings: Settings, tell: (fault: SentinelError) => void) {
    const { pose, poseModel: model, posePersons, poseScore, poseSeconds } = settings;
    this.release = () => undefined;
    if (!pose) return;
    this.#fault = site.vision.poseFault(model);
    if (this.#fault !== undefined) tell(this.#fault);
    const lease = site.vision.poseEstimator(model);
    this.release = () => {
      lease.release();
    };
    this.options = {
      ...{ most: posePersons, minimumScore: poseScore, againMs: poseSeconds * 1000, metrics: site.metrics },
      estimator: () => lease.get(),
      isDown: this.#fault !== undefined,
      onChange: (fault) => {
        this.#fault = fault;
        if (fault === undefined) site.log.info(`The pose model ${model} can be used again.`);
        else tell(fault);
      },
    };
  }

  /** Why there are no poses although somebody wants them. */
  get fault(): SentinelError | undefined {
    return this.#fault;
  }
}
