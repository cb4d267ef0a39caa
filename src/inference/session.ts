import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { loadRuntime, type RuntimeName } from './onnx-runtime.ts';

/** A float32 tensor, row by row. */
export interface FloatTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** A loaded model. It runs one input at a time; the caller waits for each run before the next, and before `release`. */
export interface ModelSession {
  readonly backend: RuntimeName;
  readonly inputNames: readonly string[];
  /**
   * Outputs by name. Blocks the thread while the model runs, so it belongs into a worker thread.
   * @throws SentinelError ES_MODEL_FAILED
   */
  run(inputs: Record<string, FloatTensor>): Promise<Record<string, FloatTensor>>;
  release(): Promise<void>;
}

/**
 * Opens a model from its bytes (never from a path: a path would let a model read other files).
 * One thread per run: more threads spin against each other on a busy machine and take twice as long.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_INVALID
 */
export async function openSession(bytes: Uint8Array): Promise<ModelSession> {
  const { name, ort, provider } = loadRuntime();
  // The runtime would take these bytes for its own format, whatever an ONNX inspection found in them.
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'ORTM') {
    throw new SentinelError('ES_MODEL_INVALID', 'The model is in the ORT format.', { hint: 'Export it as ONNX.' });
  }
  const errorsOnly = 3;
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: errorsOnly,
    extra: { session: { load_model_format: 'ONNX' } },
  }).catch((cause: unknown) => {
    throw new SentinelError(
      'ES_MODEL_INVALID',
      `The model cannot be loaded: ${asSentinelError(cause, 'ES_MODEL_INVALID').message}`,
      {
        cause,
      },
    );
  });

  return {
    backend: name,
    inputNames: session.inputNames,
    async run(inputs) {
      try {
        const feeds = Object.entries(inputs).map(([input, { data, dims }]) => {
          return [input, new ort.Tensor('float32', data, dims)] as const;
        });
        const outputs = await session.run(Object.fromEntries(feeds));
        return Object.fromEntries(Object.entries(outputs).map(([output, tensor]) => [output, floats(output, tensor)]));
      } catch (cause) {
        throw asSentinelError(cause, 'ES_MODEL_FAILED');
      }
    },
    release: () => session.release(),
  };
}

function floats(name: string, tensor: { data: unknown; dims: readonly number[] }): FloatTensor {
  if (tensor.data instanceof Float32Array) return { data: tensor.data, dims: tensor.dims };
  throw new SentinelError('ES_MODEL_FAILED', `The model's output "${name}" does not hold 32-bit floats.`);
}
