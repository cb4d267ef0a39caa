import type * as Ort from 'onnxruntime-node';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { ExecutionProvider } from '../contracts/configs.ts';
import { storesWeightsIn8Bits } from '../onnx-format/quantization.ts';
import { shown } from '../onnx-format/shown.ts';
import { loadRuntime, type OnnxRuntime } from './onnx-runtime.ts';

/** A tensor as numbers of 32-bit floats, row by row, whatever type the model has for it. */
export interface FloatTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** What a model is fed. The array says the element type. */
export interface InputTensor {
  data: Float32Array | Uint8Array | Int32Array | BigInt64Array;
  dims: readonly number[];
}

/** What a model gives, whatever its element type is, as 32-bit floats. */
export interface OutputTensor extends FloatTensor {
  /** In the words of ONNX: float32, int64... */
  type: string;
}

/**
 * A loaded model, wherever it runs. It runs one input at a time; the caller waits for each run before the next, and
 * before `release`.
 */
export interface ModelSession {
  /** What runs it, as it stands in messages: `onnxruntime-node`, or with a provider `onnxruntime-node (cuda)`. */
  readonly backend: string;
  /** Why it does not run on what was wanted. */
  readonly fallback?: string;
  /** Whether several pictures in one run take less time than one after the other: not on one thread of a CPU. */
  readonly isParallel: boolean;
  readonly inputNames: readonly string[];
  /**
   * Outputs by name, in the model's order. Blocks the thread while the model runs, so it belongs into a worker thread.
   * @throws SentinelError ES_MODEL_FAILED
   */
  run(inputs: Record<string, InputTensor>): Promise<Record<string, OutputTensor>>;
  release(): Promise<void>;
}

/**
 * Opens a model from its bytes (never from a path: a path would let a model read other files), on the provider that is
 * wanted, or else on the CPU.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_INVALID
 */
export async function openSession(bytes: Uint8Array, wanted: ExecutionProvider = 'cpu'): Promise<ModelSession> {
  // The runtime would take these bytes for its own format, whatever an ONNX inspection found in them.
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'ORTM') {
    throw new SentinelError('ES_MODEL_INVALID', 'The model is in the ORT format.', { hint: 'Export it as ONNX.' });
  }
  const runtime = loadRuntime();
  if (wanted === 'cpu') return await openOnCpu(runtime, bytes);
  try {
    assertOffered(runtime, wanted);
    const session = await create(runtime, bytes, wanted === 'tensorrt' ? ['tensorrt', 'cuda'] : [wanted]);
    return sessionOf(session, runtime, { backend: `${runtime.name} (${wanted})`, isParallel: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return await openOnCpu(runtime, bytes, `${wanted} cannot be used: ${why.split('\n', 1).join().slice(0, 200)}`);
  }
}

async function openOnCpu(runtime: OnnxRuntime, bytes: Uint8Array, fallback?: string): Promise<ModelSession> {
  const session = await create(runtime, bytes, [runtime.provider]).catch((cause: unknown) => {
    const why = asSentinelError(cause, 'ES_MODEL_INVALID').message;
    throw new SentinelError('ES_MODEL_INVALID', `The model cannot be loaded: ${shown(why, 400)}`, { cause });
  });
  const runsOn = { backend: runtime.name, isParallel: false, ...(fallback === undefined ? {} : { fallback }) };
  return sessionOf(session, runtime, runsOn);
}

/** The runtime would only say that there is no backend of the name. */
function assertOffered({ ort, name }: OnnxRuntime, wanted: ExecutionProvider): void {
  const offered = 'listSupportedBackends' in ort ? ort.listSupportedBackends().map((backend) => backend.name) : [];
  if (!offered.includes(wanted)) throw new Error(`${name} does not offer it on ${process.platform}-${process.arch}`);
}

/** One thread per run: more threads spin against each other on a busy machine and take twice as long. */
function create({ ort }: OnnxRuntime, bytes: Uint8Array, providers: string[]): Promise<Ort.InferenceSession> {
  const errorsOnly = 3;
  // Weights of 8 bits become floats once, when the model opens, and not in every run, which would take twice as long.
  const once = storesWeightsIn8Bits(bytes) ? { disable_quant_qdq: '1' } : {};
  return ort.InferenceSession.create(bytes, {
    executionProviders: providers,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: errorsOnly,
    extra: { session: { load_model_format: 'ONNX', ...once } },
  });
}

function sessionOf(
  session: Ort.InferenceSession,
  { ort }: OnnxRuntime,
  runsOn: Pick<ModelSession, 'backend' | 'fallback' | 'isParallel'>,
): ModelSession {
  return {
    ...runsOn,
    inputNames: session.inputNames,
    async run(inputs) {
      try {
        const feeds = Object.entries(inputs).map(([input, { data, dims }]) => {
          return [input, new ort.Tensor(elementType(data), data, dims)] as const;
        });
        const outputs = await session.run(Object.fromEntries(feeds));
        return Object.fromEntries(session.outputNames.map((output) => [output, floats(output, outputs[output])]));
      } catch (cause) {
        throw asSentinelError(cause, 'ES_MODEL_FAILED');
      }
    },
    release: () => session.release(),
  };
}

function elementType(data: InputTensor['data']): 'float32' | 'uint8' | 'int32' | 'int64' {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

function floats(
  name: string,
  tensor: { data: unknown; dims: readonly number[]; type: string } | undefined,
): OutputTensor {
  const { data, dims, type } = tensor ?? { data: undefined, dims: [], type: 'absent' };
  if (data instanceof Float32Array) return { data, dims, type };
  if (data instanceof Uint16Array && type === 'float16') return { data: Float32Array.from(data, half), dims, type };
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) {
    return { data: Float32Array.from(data as unknown as Iterable<number | bigint>, Number), dims, type };
  }
  throw new SentinelError('ES_MODEL_FAILED', `The model's output "${name}" does not hold numbers.`);
}

/** A 16-bit float from its bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
