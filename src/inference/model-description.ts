/** What a model is for: which node may use it. */
export type ModelTask = 'detection' | 'sound';

/** How a model's inputs are made and its outputs read. One decoder per family. */
export type ModelFamily = 'nanodet-g' | 'echosight-audio';

/**
 * One model as the catalogue, or the `.json` beside a user's own `.onnx` file, describes it.
 * Plain data: it crosses the worker boundary as it is.
 */
export interface ModelDescription {
  /** Stands in messages and metrics. */
  id: string;
  title: string;
  task: ModelTask;
  family: ModelFamily;
  /** Absolute path of the `.onnx` file. */
  file: string;
  /** Hex SHA-256 of the file; the catalogue has one for every model of this package. */
  sha256?: string;
  /** SPDX identifier, or words. */
  license: string;
  /** Class names in the order of the model's outputs. */
  labels: string[];
  /** Input size in pixels; only pictures have one. */
  input?: { width: number; height: number };
  /** Shift of each class's logit that makes the shipped thresholds mean the same for every model. */
  calibration?: Record<string, number>;
  /** Names of the raw outputs from which a sound model's class scores are mapped. */
  tags?: string[];
}
