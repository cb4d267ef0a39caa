/**
 * Reads TensorFlow.js graph models: `model.json` (the graph) and its `.bin` (the weights).
 * Source: https://github.com/tensorflow/tfjs/blob/master/tfjs-converter/src/data/compiled_api.ts
 */

/** Weights, as the bits of 16 bit floats: nothing here calculates with them. */
export interface Weights {
  type: 'float16';
  name: string;
  shape: readonly number[];
  data: Uint16Array;
}

/** Sizes, axes, paddings: numbers from which the graph is built. */
export interface Integers {
  type: 'int32';
  shape: readonly number[];
  data: readonly number[];
}

/** An operator; `inputs` are names of nodes, with `:1` and so on for the second output and further. */
export interface TfNode {
  name: string;
  operator: string;
  inputs: readonly string[];
  attributes: Attributes;
}

export interface TfModel {
  nodes: ReadonlyMap<string, TfNode>;
  constants: ReadonlyMap<string, Weights | Integers>;
  inputs: readonly { name: string; shape: readonly number[] }[];
  /** Names of the nodes that give the results. */
  outputs: readonly string[];
}

/** The file as it is written: protobuf's JSON, so that integers are texts and texts are base64. */
interface GraphFile {
  signature: Record<'inputs' | 'outputs', Record<string, { name: string; tensorShape: { dim: { size: string }[] } }>>;
  modelTopology: { node: { name: string; op: string; input?: string[]; attr?: Record<string, RawAttribute> }[] };
  weightsManifest: { weights: ManifestEntry[] }[];
}
interface RawAttribute {
  s?: string;
  f?: number;
  b?: boolean;
  list?: { i?: string[] };
}
interface ManifestEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string };
}

export function readTfjsModel(json: Buffer, weights: Buffer): TfModel {
  const file = JSON.parse(json.toString('utf8')) as GraphFile;
  const nodes = file.modelTopology.node.map(({ name, op, input = [], attr = {} }): TfNode => ({
    name,
    operator: op,
    inputs: input,
    attributes: new Attributes(name, attr),
  }));
  return {
    nodes: new Map(nodes.map((node) => [node.name, node])),
    constants: readConstants(
      file.weightsManifest.flatMap((group) => group.weights),
      weights,
    ),
    inputs: Object.values(file.signature.inputs).map(({ name, tensorShape }) => ({
      name: withoutOutputNumber(name),
      shape: tensorShape.dim.map((dimension) => Number(dimension.size)),
    })),
    outputs: Object.values(file.signature.outputs).map(({ name }) => withoutOutputNumber(name)),
  };
}

function withoutOutputNumber(name: string): string {
  return name.replace(/:0$/, '');
}

/** Constants lie one behind the other, in the order of the manifest. */
function readConstants(manifest: readonly ManifestEntry[], bytes: Buffer): Map<string, Weights | Integers> {
  const constants = new Map<string, Weights | Integers>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of manifest) {
    const count = elementsOf(shape);
    if (dtype === 'float32' && quantization?.dtype === 'float16') {
      const data = Uint16Array.from({ length: count }, (_, index) => bytes.readUInt16LE(at + 2 * index));
      constants.set(name, { type: 'float16', name, shape, data });
      at += 2 * count;
    } else if (dtype === 'int32' && quantization === undefined) {
      const data = Array.from({ length: count }, (_, index) => bytes.readInt32LE(at + 4 * index));
      constants.set(name, { type: 'int32', shape, data });
      at += 4 * count;
    } else {
      throw new Error(`weight ${name} has the unexpected type ${dtype} ${quantization?.dtype ?? ''}`);
    }
  }
  if (at !== bytes.length) throw new Error(`the weights end at byte ${at} of ${bytes.length}`);
  return constants;
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The attributes of a node; one that is missing or of another type is an error. */
class Attributes {
  readonly #node: string;
  readonly #raw: Record<string, RawAttribute>;

  constructor(node: string, raw: Record<string, RawAttribute>) {
    this.#node = node;
    this.#raw = raw;
  }

  text(name: string): string {
    return Buffer.from(this.#given(name, this.#raw[name]?.s), 'base64').toString('utf8');
  }

  float(name: string): number {
    return this.#given(name, this.#raw[name]?.f);
  }

  flag(name: string): boolean {
    return this.#given(name, this.#raw[name]?.b);
  }

  integers(name: string): number[] {
    return this.#given(name, this.#raw[name]?.list?.i).map(Number);
  }

  #given<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new Error(`${this.#node} has no attribute ${name} of the expected type`);
    return value;
  }
}
