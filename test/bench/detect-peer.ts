import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

/** What is used of TensorFlow.js, which is installed for the bench alone. */
interface Tensor {
  data(): Promise<unknown>;
}
interface Core {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array, shape: number[]): Tensor;
  dispose(tensors: Tensor[]): void;
}
interface Converter {
  loadGraphModel(handler: { load(): Promise<unknown> }): Promise<{ execute(input: Tensor): Tensor[] }>;
}
interface TfjsGraph {
  modelTopology: unknown;
  signature: unknown;
  weightsManifest: { weights: unknown[] }[];
}

/** Run as a process of its own: a loop of the same network on TensorFlow.js (wasm). Prints its runs a second. */
const [folder = '', graphFile = '', weightsFile = '', input = '', seconds = '5'] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const tf = require('@tensorflow/tfjs-core') as Core;
const converter = require('@tensorflow/tfjs-converter') as Converter;
const wasm = '@tensorflow/tfjs-backend-wasm';
(require(wasm) as { setWasmPaths(folder: string): void }).setWasmPaths(`${dirname(require.resolve(wasm))}${sep}`);
await tf.setBackend('wasm');
await tf.ready();

const graph = JSON.parse(readFileSync(graphFile, 'utf8')) as TfjsGraph;
const { modelTopology, signature, weightsManifest } = graph;
const weightSpecs = weightsManifest.flatMap((group) => group.weights);
const model = await converter.loadGraphModel({
  load: () => Promise.resolve({ modelTopology, signature, weightSpecs, weightData: bytesOf(weightsFile) }),
});
const picture = new Float32Array(bytesOf(input));
for (let warm = 0; warm < 2; warm++) await once();

const began = performance.now();
let runs = 0;
for (; performance.now() - began < Number(seconds) * 1000; runs++) await once();
console.log((1000 * runs) / (performance.now() - began));

async function once(): Promise<void> {
  const fed = tf.tensor(picture, [1, 3, 416, 416]);
  const outputs = model.execute(fed);
  for (const output of outputs) await output.data();
  tf.dispose([fed, ...outputs]);
}

function bytesOf(file: string): ArrayBuffer {
  return new Uint8Array(readFileSync(file)).buffer;
}
