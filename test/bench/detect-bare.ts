import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

/** Run as a process of its own: a loop of `session.run` and nothing else, on one thread. Prints its runs a second. */
const [model = '', input = '', seconds = '5'] = process.argv.slice(2);
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;
const session = await ort.InferenceSession.create(readFileSync(model), { intraOpNumThreads: 1, interOpNumThreads: 1 });
const bytes = readFileSync(input);
const tensor = new ort.Tensor(
  'float32',
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
  [1, 3, 416, 416],
);
const feeds = { [session.inputNames[0] ?? '']: tensor };
for (let warm = 0; warm < 10; warm++) await session.run(feeds);

const began = performance.now();
let runs = 0;
for (; performance.now() - began < Number(seconds) * 1000; runs++) await session.run(feeds);
console.log((1000 * runs) / (performance.now() - began));
await session.release();
