/** What is known of a detector before it runs: what its dialog shows. */
export interface ModelSummary {
  family: string;
  title: string;
  license: string;
  labels: readonly string[];
  input: { width: number; height: number };
  /** Why it was taken for that; empty where a description says so. */
  because: readonly string[];
}

/** What a detector made of one picture. */
export interface ModelTryAnswer {
  model: ModelSummary;
  /** JPEG with what was found, as a data: address. */
  picture: string;
  /** The most certain of what was found. */
  objects: readonly { label: string; score: number }[];
  /** How many there were. */
  found: number;
  /** One run of the network. */
  inferenceMs: number;
  /** Preparing the picture, and reading the outputs. */
  besidesMs: number;
  backend: string;
  /** Why it does not run on what was chosen. */
  fallback?: string;
}
