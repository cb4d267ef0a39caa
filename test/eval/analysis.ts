import { resolve } from 'node:path';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { readConfig } from '../../src/contracts/read-config.ts';
import { modelPools } from '../../src/site/model-pools.ts';
import { chooseModel } from '../../src/vision/detection-model.ts';
import { Detector } from '../../src/vision/detector.ts';
import { FrameAnalysis } from '../../src/vision/frame-analysis.ts';

export interface AnalysisQuestion {
  /** Id in the catalogue, or path of an `.onnx` file. */
  model: string;
  /** Lowest score that begins an object. */
  threshold: number;
  /** Empty: all. */
  labels: readonly string[];
}

/**
 * What detectron-infer does with its pictures, set up as that node is by default but for the question; nothing is too old.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG
 */
export function openAnalysis({ model, threshold, labels }: AnalysisQuestion) {
  // Errors are thrown, and said by whoever asked.
  const log = { info: () => undefined, warn: console.error, error: () => undefined };
  const tools = { clock: new SiteClock(), log };
  const { description } = chooseModel({ model: model.endsWith('.onnx') ? resolve(model) : model });
  const detector = new Detector({
    model: description,
    pool: modelPools(tools).vision,
    metrics: { count: () => undefined, observe: () => undefined },
    ...tools,
  });
  const settings = readConfig('detectron-infer', { threshold }, () => undefined);
  const { confirmLooks, confirmOf, keepSeconds, loiterSeconds, gate, heartbeatSeconds, crops } = settings;
  const analysis = new FrameAnalysis({
    ...{ detector: () => detector, clock: tools.clock, labels: new Set(labels) },
    ...{ threshold, maxAgeMs: Infinity, keepMs: keepSeconds * 1000, loiterMs: loiterSeconds * 1000 },
    ...{ gate, heartbeatSeconds, crops, confirmation: { n: confirmLooks, of: confirmOf } },
  });
  return { analysis, knows: description.labels, close: () => detector.close() };
}
