import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { SentinelError } from '../contracts/errors.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import type { InputTensor, ModelSession } from '../inference/session.ts';
import type { ModelHeader } from '../onnx-format/inspect.ts';
import type { Outputs } from './decoders/family.ts';
import { ModelCanvas, type RgbPixels } from './model-canvas.ts';
import type { PictureInput } from './picture-input.ts';

/** A picture, or a part of one, and where it lies on the canvas of the model. */
export interface Look {
  pixels: RgbPixels;
  placement: Placement;
}

/** What a model gave for one look, and that look's share of the time. */
export interface Seen {
  outputs: Outputs;
  preprocessMs: number;
  inferenceMs: number;
}

export interface PictureNetworkOptions {
  session: Pick<ModelSession, 'run'>;
  header: ModelHeader;
  input: PictureInput;
  /** Of the blank picture that is looked at first. */
  size: Size;
  /** Looks that are one run, at most; the model may allow only one. */
  most: number;
}

interface Waiting extends Look {
  resolve: (seen: Seen) => void;
  reject: (error: unknown) => void;
}

/** Runs a model on pictures. Looks that are asked for together are one run where the model takes several. */
export class PictureNetwork {
  readonly #options: PictureNetworkOptions;
  readonly #canvas: ModelCanvas;
  readonly #waiting: Waiting[] = [];
  #atOnce: number;
  #isRunning = false;

  private constructor(options: PictureNetworkOptions) {
    this.#options = options;
    const { input, header, most } = options;
    this.#atOnce = isForSeveral(header, input.name) ? most : 1;
    this.#canvas = new ModelCanvas(input.format, this.#atOnce);
  }

  /**
   * The first runs are slow, and they prove that the model is what it looks like.
   * @param check Throws when the outputs are not those that the model is described with.
   * @throws SentinelError ES_MODEL_FAILED, and what `check` throws
   */
  static async open(
    options: PictureNetworkOptions,
    check: (outputs: Outputs, blank: Placement) => void,
  ): Promise<PictureNetwork> {
    const network = new PictureNetwork(options);
    const { input, size } = options;
    const blank = { pixels: { rgb: new Uint8Array(3), width: 1, height: 1 }, placement: input.place(size) };
    if (network.atOnce > 1) {
      // A header may promise any number of pictures where a constant inside the model is made for one.
      await network.#run(Array<Look>(network.atOnce).fill(blank)).catch(() => {
        network.#atOnce = 1;
      });
    }
    const [seen] = await network.#run([blank]);
    check(seen?.outputs ?? {}, blank.placement);
    return network;
  }

  /** How many looks are one run, at most. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /** @throws SentinelError ES_MODEL_FAILED */
  look(look: Look): Promise<Seen> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...look, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      // All who ask at the same time are heard first.
      if (this.#atOnce > 1) await turn();
      const looks = this.#takeAlike();
      try {
        const seen = await this.#run(looks);
        for (const [index, one] of seen.entries()) looks[index]?.resolve(one);
      } catch (error) {
        for (const { reject } of looks) reject(error);
      }
    }
    this.#isRunning = false;
  }

  /** The first that wait and have a canvas of the same size. */
  #takeAlike(): Waiting[] {
    const [first] = this.#waiting;
    const other = this.#waiting.findIndex(
      ({ placement }) => !isDeepStrictEqual(placement.canvas, first?.placement.canvas),
    );
    return this.#waiting.splice(0, Math.min(this.#atOnce, other === -1 ? this.#waiting.length : other));
  }

  async #run(looks: readonly Look[]): Promise<Seen[]> {
    const { session, input } = this.#options;
    const started = performance.now();
    for (const [index, { pixels, placement }] of looks.entries()) this.#canvas.draw(pixels, placement, index);
    const besides = Object.entries(input.feeds).map(([name, make]): [string, InputTensor] => {
      return [name, stacked(looks.map(({ placement }) => make(placement.canvas)))];
    });
    const drawn = performance.now();
    const outputs = await session.run({
      [input.name]: this.#canvas.tensorOf(looks.length),
      ...Object.fromEntries(besides),
    });
    const preprocessMs = (drawn - started) / looks.length;
    const inferenceMs = (performance.now() - drawn) / looks.length;
    return looks.map((_, index) => ({ outputs: partOf(outputs, index, looks.length), preprocessMs, inferenceMs }));
  }
}

/** Whether the header promises an output per picture, for any number of pictures. */
function isForSeveral({ inputs, outputs }: ModelHeader, name: string): boolean {
  const { shape } = inputs.find((input) => input.name === name) ?? { shape: [] };
  const [batch] = shape;
  const isFree = shape.length === 4 && typeof batch === 'string' && batch !== '?';
  return isFree && [...inputs, ...outputs].every((value) => value.shape[0] === batch);
}

function stacked(tensors: readonly InputTensor[]): InputTensor {
  const [first] = tensors;
  if (first === undefined || tensors.length === 1) return first ?? { data: new Float32Array(), dims: [0] };
  const data = first.data.constructor as new (length: number) => InputTensor['data'];
  const all = new data(first.data.length * tensors.length);
  for (const [index, tensor] of tensors.entries()) all.set(tensor.data as never, index * first.data.length);
  return { data: all, dims: [tensors.length, ...first.dims.slice(1)] };
}

/** The outputs that belong to one of several pictures. */
function partOf(outputs: Outputs, index: number, of: number): Outputs {
  if (of === 1) return outputs;
  const parts = Object.entries(outputs).map(([name, { data, dims, type }]) => {
    if (dims[0] !== of) {
      throw new SentinelError('ES_MODEL_FAILED', `The model's output "${name}" is not one for each of ${of} pictures.`);
    }
    const length = data.length / of;
    return [name, { data: data.subarray(index * length, (index + 1) * length), dims: [1, ...dims.slice(1)], type }];
  });
  return Object.fromEntries(parts) as Outputs;
}
