import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { totalmem } from 'node:os';
import { text } from 'node:stream/consumers';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { shown } from '../onnx-format/shown.ts';
import { Child, type ChildExit } from '../process/child.ts';
import { catalogHashes } from './catalog.ts';
import type { ModelDescription } from './model-description.ts';
import { assertReadable, unreadable } from './model-file.ts';
import { SingleFile } from './single-file.ts';
import type { TrialLimits, TrialOrder, TrialVerdict } from './trial-child.ts';
import { unpackError } from './worker-messages.ts';

const gigabyte = 2 ** 30;
/** The largest models of the known families take two gigabytes; a small machine must keep half of its memory. */
const usualLimits: TrialLimits = { memory: Math.min(3 * gigabyte, memoryOfMachine() / 2), ms: 60_000 };
/** The child ends itself at its limit; this is for one that cannot even do that. */
const graceMs = 5000;
/** A refusal may have been the fault of a busy machine, so it does not last for ever. */
const refusalMs = 600_000;

export interface ModelTrialsOptions {
  /** Absolute path of the entry file of a worker, which calls `serveModels`. */
  file: string;
  clock: Clock;
  limits?: TrialLimits;
}

interface Verdict {
  error: SentinelError | undefined;
  at: number;
}

/** One that was forgotten is tried again. */
const mostVerdicts = 256;
/** Verdicts of this process, by the hash of the file and what the description makes of it. */
const verdicts = new Map<string, Verdict>();

/**
 * Keeps models that nobody knows away from the threads of this process: one that crashes, runs for ever or takes all
 * memory would take Node-RED along. It is opened and run once in a process of its own, which may do all that.
 */
export class ModelTrials {
  readonly #options: ModelTrialsOptions;
  /** Two at a time would want twice the memory. */
  readonly #one = new SingleFile(
    () => new SentinelError('ES_MODEL_INVALID', 'Too many models wait for their trial.', { hint: 'Deploy again.' }),
  );

  constructor(options: ModelTrialsOptions) {
    this.#options = options;
  }

  /** Whether the catalogue vouches for the model: its file is compared with the hash when it is opened. */
  isKnown({ sha256 }: ModelDescription): boolean {
    return sha256 !== undefined && catalogHashes().has(sha256);
  }

  /**
   * @returns the model with the hash that its file had, so that no other file is opened in its place.
   * @param closing Aborted: nobody wants to know any more: the trial is ended.
   * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_RUNTIME_MISSING, or what opening it throws
   */
  async admit(model: ModelDescription, closing?: AbortSignal): Promise<ModelDescription> {
    if (this.isKnown(model)) return model;
    const sha256 = await hashOf(model);
    // One that its own description disowns is refused where it is read.
    if (model.sha256 !== undefined && model.sha256 !== sha256) return model;
    const admitted: ModelDescription = { ...model, sha256, ...(model.sha256 === undefined && { origin: 'tried' }) };
    if (this.isKnown(admitted)) return admitted;
    const { error } = await this.#one.run(() => this.#verdict(admitted, closing));
    if (error !== undefined) throw error;
    return admitted;
  }

  async #verdict(model: ModelDescription, closing: AbortSignal | undefined): Promise<Verdict> {
    const { clock } = this.#options;
    const key = createHash('sha256').update(JSON.stringify(model)).digest('hex');
    const known = verdicts.get(key);
    if (known !== undefined && (known.error === undefined || clock.monotonic() - known.at < refusalMs)) return known;
    const verdict = { error: await this.#try(model, closing), at: clock.monotonic() };
    if (closing?.aborted === true) return verdict;
    verdicts.set(key, verdict);
    const [oldest] = verdicts.keys();
    if (verdicts.size > mostVerdicts && oldest !== undefined) verdicts.delete(oldest);
    return verdict;
  }

  /** @returns why the model is refused; undefined when it works. */
  async #try(model: ModelDescription, closing: AbortSignal | undefined): Promise<SentinelError | undefined> {
    const { limits = usualLimits } = this.#options;
    const ended =
      closing?.aborted === true
        ? undefined
        : await this.#runChild({ opening: { model, provider: 'cpu' }, limits }, closing);
    if (ended === undefined || closing?.aborted === true) return abandoned(model);
    const { said, complaint, exit, late } = ended;
    if (exit.error !== undefined) return asSentinelError(exit.error, 'ES_MODEL_INVALID');
    const verdict = lastVerdict(said) ?? (late ? { over: 'ms' as const } : undefined);
    if (verdict === undefined) return crashed(model, exit, complaint);
    if ('over' in verdict) return tooCostly(model, verdict.over, limits);
    return 'error' in verdict ? unpackError(verdict.error) : undefined;
  }

  async #runChild(
    order: TrialOrder,
    closing: AbortSignal | undefined,
  ): Promise<{ said: string; complaint: string; exit: ChildExit; late: boolean }> {
    const { file, clock } = this.#options;
    const { ECHOSIGHT_ORT, ORT_DISABLE_TELEMETRY = '1' } = process.env;
    const env = { ECHOSIGHT_ORT, ORT_DISABLE_TELEMETRY };
    const child = new Child({ program: process.execPath, args: [file], env, input: JSON.stringify(order), clock });
    const stop = (): void => void child.stop();
    const cancel = clock.after(order.limits.ms + graceMs, stop);
    closing?.addEventListener('abort', stop);
    const [said, complaint, exit] = await Promise.all([text(child.output(1)), text(child.output(2)), child.closed]);
    cancel();
    closing?.removeEventListener('abort', stop);
    return { said, complaint, exit, late: child.stopping };
  }
}

/** Read in pieces, so that the event loop goes on meanwhile. */
async function hashOf(model: ModelDescription): Promise<string> {
  await assertReadable(model);
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(model.file)) hash.update(piece as Buffer);
  } catch (cause) {
    throw unreadable(model, cause);
  }
  return hash.digest('hex');
}

function lastVerdict(said: string): TrialVerdict | undefined {
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as TrialVerdict;
  } catch {
    return undefined;
  }
}

function tooCostly(model: ModelDescription, over: keyof TrialLimits, limits: TrialLimits): SentinelError {
  const did =
    over === 'ms'
      ? `had not run once after ${limits.ms / 1000} s`
      : `took more than ${Math.round(limits.memory / 1e6)} MB of memory`;
  return refused(model, did, 'Choose a smaller model, or one from a source that you trust.');
}

function abandoned(model: ModelDescription): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', `The trial of the model "${model.id}" was abandoned.`);
}

function crashed(model: ModelDescription, { code, signal }: ChildExit, complaint: string): SentinelError {
  const lastLine = shown(complaint.trimEnd().split('\n').at(-1) ?? '', 200);
  const how = [signal ?? `exit code ${code ?? '?'}`, lastLine].filter(Boolean).join(': ');
  return refused(model, `brought down the process that tried it (${how})`, 'Export it again, or choose another model.');
}

function refused(model: ModelDescription, did: string, hint: string): SentinelError {
  return new SentinelError(
    'ES_MODEL_INVALID',
    `The model "${model.id}" was tried in a process of its own and ${did}.`,
    {
      hint,
    },
  );
}

/** In a container, what it may use. */
function memoryOfMachine(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
