import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Ort from 'onnxruntime-node';
import { SentinelError } from '../contracts/errors.ts';
import { wasmRuntimeFiles } from '../process/package-files.ts';

export type RuntimeName = 'onnxruntime-node' | 'onnxruntime-web';

/** The ONNX runtime that could be loaded, and the execution provider that belongs to it. */
export interface OnnxRuntime {
  name: RuntimeName;
  ort: typeof Ort;
  provider: 'cpu' | 'wasm';
}

const require = createRequire(import.meta.url);

/**
 * Loads the native runtime, or WebAssembly (same results, slower) where there is no native one: Alpine, Intel Macs,
 * an install without the optional package. The environment variable ECHOSIGHT_ORT=web forces WebAssembly.
 * @throws SentinelError ES_RUNTIME_MISSING
 */
export function loadRuntime(): OnnxRuntime {
  const causes: unknown[] = [];
  for (const load of process.env.ECHOSIGHT_ORT === 'web' ? [loadWasm] : [loadNative, loadWasm]) {
    try {
      return load();
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new SentinelError('ES_RUNTIME_MISSING', 'No ONNX runtime could be loaded.', {
    hint: 'The WebAssembly one belongs to this package: install the package again.',
    cause: new AggregateError(causes),
  });
}

function loadNative(): OnnxRuntime {
  return { name: 'onnxruntime-node', ort: require('onnxruntime-node') as typeof Ort, provider: 'cpu' };
}

function loadWasm(): OnnxRuntime {
  const { script, loader, binary } = wasmRuntimeFiles();
  const ort = require(script) as typeof Ort;
  ort.env.wasm.wasmPaths = { mjs: pathToFileURL(loader).href, wasm: pathToFileURL(binary).href };
  // More threads would be workers of its own inside our worker.
  ort.env.wasm.numThreads = 1;
  return { name: 'onnxruntime-web', ort, provider: 'wasm' };
}
