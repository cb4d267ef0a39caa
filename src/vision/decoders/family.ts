import type { Size } from '../../geometry/letterbox.ts';
import type { Resize } from '../../geometry/placement.ts';
import type { InputTensor, OutputTensor } from '../../inference/session.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Sieve } from './sieve.ts';

/** How a picture is put before a model. `mean` and `std` are of bytes, in the order of the planes. */
export interface PictureRecipe {
  resize: Resize;
  colours: 'rgb' | 'bgr';
  mean: readonly number[];
  std: readonly number[];
  /** Byte around the picture; `mean`: what becomes 0. */
  bars: number | 'mean';
}

/** What a decoder looks for. */
export interface View {
  /** Size of the input that the outputs belong to. */
  canvas: Size;
  /** How many classes the labels name. */
  classes: number;
  /** Number that the model gives the first label. */
  firstClass: number;
  /** Indices of the labels that count. */
  wanted: readonly number[];
  sieve: Sieve;
}

/** Outputs by name, in the model's order. */
export type Outputs = Readonly<Record<string, OutputTensor>>;

/** That a model may be of a family, and what its shapes say about it. */
export interface Fit {
  /** A sentence for people. */
  because: string;
  /** How many classes its outputs have; absent when they do not say. */
  classes?: number;
  firstClass?: 0 | 1;
  /** Classes, when the family's own numbering says so. */
  labels?: readonly string[];
  /** Otherwise than in the recipe. */
  resize?: Resize;
}

/** One family of detectors: how its members are recognised, fed and read. */
export interface DetectorFamily {
  recipe: PictureRecipe;
  /** Of members that take any size. */
  input: Size;
  /** IoU above which the weaker of two boxes of a class goes; absent: the model has seen to it. */
  overlap?: number;
  /** Number that the model gives the first label; 0 when absent. */
  firstClass?: 0 | 1;
  /** What the model asks for besides the picture, by the names of its inputs. */
  feeds?: Readonly<Record<string, (canvas: Size) => InputTensor>>;
  /** Whether a model may be of this family. */
  fits: (model: ModelFacts) => Fit | undefined;
  /**
   * Gives the sieve what the outputs show, in pixels of the canvas.
   * @throws SentinelError ES_MODEL_INVALID when the outputs are not the ones of this family.
   */
  decode: (outputs: Outputs, view: View) => void;
}
