import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asSentinelError, SentinelError } from '../../contracts/errors.ts';
import { trainingLimits, type HeadVersion } from '../../contracts/training.ts';
import { writeWhole } from './durable-file.ts';
import { decodeHead, encodeHead } from './head-file.ts';
import { assertChoice, assertRecord, shownVersion, type HeadChoice, type HeadRecord } from './head-record.ts';
import type { FormerHead, NewHead, RunningHead } from './head.ts';

const none: HeadChoice = { v: 1, active: null, before: [] };
const recordName = /^head-(\d{4,7})\.json$/;
const largestFile = 2 ** 24;

/**
 * The heads of a data folder: an ONNX file and a record each, and a file that says which of them is in use. Every file is
 * written whole or not at all, and what runs is exchanged in one step, between two windows.
 */
export class HeadStore {
  readonly #folder: string;
  /** The hash that a model has now; undefined when there is no such model. */
  readonly #hashOf: (model: string) => Promise<string | undefined>;
  #running: RunningHead | undefined;
  #listed: Promise<HeadVersion[]> | undefined;
  #fault: SentinelError | undefined;
  #loading: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder Of the heads; made when the first one is kept. */
  constructor(folder: string, hashOf: (model: string) => Promise<string | undefined>) {
    this.#folder = folder;
    this.#hashOf = hashOf;
  }

  /** The head in use, for every window. The first call only begins to read it. */
  get running(): RunningHead | undefined {
    void this.load();
    return this.#running;
  }

  /** Why the head in use cannot run. */
  get fault(): SentinelError | undefined {
    return this.#fault;
  }

  /** Reads which head is in use, once; never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.#inTurn(async () => {
      try {
        const { active } = await this.#choice();
        this.#running = active === null ? undefined : await this.#open(active);
      } catch (error) {
        this.#fault = asSentinelError(error, 'ES_HEAD_MISMATCH');
      }
    });
    return this.#loading;
  }

  /** Newest first. What cannot be read is left out. Read once: whoever holds the data folder alone changes it. */
  async list(): Promise<HeadVersion[]> {
    return [...(await (this.#listed ??= this.#read()))];
  }

  async #read(): Promise<HeadVersion[]> {
    const { active } = await this.#choice().catch(() => none);
    const records = await Promise.all(
      (await this.#versions()).map((version) => this.#record(version).catch(() => undefined)),
    );
    return records
      .filter((record) => record !== undefined)
      .map((record) => shownVersion(record, record.version === active))
      .sort((a, b) => b.version - a.version);
  }

  /** What a new head is compared with. */
  async former(): Promise<FormerHead | undefined> {
    await this.load();
    const running = this.#running;
    if (running === undefined) return undefined;
    // One whose record is gone meanwhile is none to compare with.
    const record = await this.#record(running.version).catch(() => undefined);
    if (record === undefined) return undefined;
    const { clips, balancedAccuracy } = record;
    const { version, labels, weights, bias, modelSha256 } = running;
    return { version, labels, weights, bias, clips, balancedAccuracy, modelSha256 };
  }

  /** Keeps a head, not yet in use. @returns its version. @throws Error of the system when it cannot be written */
  add(
    learnt: NewHead,
    of: { sessionId: string; model: string; modelSha256: string; createdAt: number },
  ): Promise<number> {
    return this.#inTurn(async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const version = 1 + Math.max(0, ...(await this.#versions()));
      const { labels, thresholds, clips, results } = learnt;
      const bytes = encodeHead(learnt, {
        model: of.model,
        model_sha256: of.modelSha256,
        thresholds: JSON.stringify(thresholds),
      });
      const record: HeadRecord = {
        ...{ v: 1, version, ...of, sha256: digest(bytes), labels: [...labels], thresholds: { ...thresholds }, clips },
        ...{ accuracy: results.accuracy, balancedAccuracy: results.balancedAccuracy },
      };
      // What could not be read again is not written.
      assertRecord(record, this.#file(version, 'json'));
      await writeWhole(this.#file(version, 'onnx'), bytes);
      // Last: a head without a record is none.
      await writeWhole(this.#file(version, 'json'), `${JSON.stringify(record, null, 1)}\n`);
      await this.#forgetOldest();
      this.#listed = undefined;
      return version;
    });
  }

  /**
   * Puts a head to use, or with undefined none. Windows that are under way keep the one that they began with.
   * @throws SentinelError ES_HEAD_MISSING, ES_HEAD_MISMATCH: what is in use stays
   */
  activate(version: number | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const choice = await this.#readable();
      const next = version ?? null;
      if (next === choice?.active && this.#fault === undefined) return;
      const before = choice === undefined ? [] : [...choice.before, choice.active];
      await this.#use(next, before.slice(-trainingLimits.versions));
    });
  }

  /**
   * Goes back to what was in use before: to the last that can still be used.
   * @returns versions that were passed over.
   * @throws SentinelError ES_HEAD_MISSING, ES_HEAD_MISMATCH: what is in use stays
   */
  rollback(): Promise<number[]> {
    return this.#inTurn(async () => {
      const before = [...((await this.#readable())?.before ?? [])];
      const passed: number[] = [];
      let reason = missing('Nothing was in use before.');
      for (let former = before.pop(); former !== undefined; former = before.pop()) {
        try {
          await this.#use(former, before);
          return passed;
        } catch (error) {
          if (!(error instanceof SentinelError) || former === null) throw error;
          if (passed.push(former) === 1) reason = error;
        }
      }
      throw reason;
    });
  }

  /**
   * Why the head in use is not heard by the model that listens, in a sentence; undefined: it is, or none is in use.
   * @param model Id of the model that listens; undefined: none does
   */
  async misfit(model: string | undefined): Promise<string | undefined> {
    await this.load();
    if (this.#fault !== undefined) return this.#fault.message;
    const running = this.#running;
    if (running === undefined || model === undefined || running.model === model) return undefined;
    if ((await this.#hashOf(model)) === running.modelSha256) return undefined;
    return `Version ${running.version} was taught to ${running.model}, and ${model} listens: train again, or let audio-classify use ${running.model}.`;
  }

  /** Absolute path of the ONNX file of a version, default the one in use. @throws SentinelError ES_HEAD_MISSING */
  async path(version?: number): Promise<string> {
    const wanted = version ?? (await this.#readable())?.active ?? null;
    if (wanted === null) throw missing('No trained sound classifier is in use.');
    await this.#record(wanted);
    return this.#file(wanted, 'onnx');
  }

  async #use(version: number | null, before: (number | null)[]): Promise<void> {
    const running = version === null ? undefined : await this.#open(version);
    const choice: HeadChoice = { v: 1, active: version, before };
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeWhole(join(this.#folder, 'active.json'), `${JSON.stringify(choice)}\n`);
    this.#listed = undefined;
    // On the disk first: what runs now runs after a power cut as well.
    this.#running = running;
    this.#fault = undefined;
    this.#loading = Promise.resolve();
  }

  /** Reads a head and makes sure that it is whole and that its model is the one that there is now. */
  async #open(version: number): Promise<RunningHead> {
    const record = await this.#record(version);
    const { labels, thresholds, model, modelSha256, sha256 } = record;
    const bytes = await read(this.#file(version, 'onnx'));
    if (bytes === undefined || digest(bytes) !== record.sha256) throw mismatch(version, 'its file was changed');
    const present = await this.#hashOf(model);
    if (present !== modelSha256) {
      throw mismatch(version, `it was trained for another file of the model ${model} than there is now`);
    }
    return { version, labels, thresholds, model, modelSha256, sha256, ...decodeHead(bytes, labels.length) };
  }

  async #record(version: number): Promise<HeadRecord> {
    const file = this.#file(version, 'json');
    const bytes = await read(file);
    if (bytes === undefined) throw missing(`There is no version ${version} of the trained sound classifier.`);
    const record: unknown = parsed(bytes);
    assertRecord(record, file);
    return record;
  }

  async #choice(): Promise<HeadChoice> {
    const bytes = await read(join(this.#folder, 'active.json'));
    if (bytes === undefined) return none;
    const choice: unknown = parsed(bytes);
    assertChoice(choice);
    return choice;
  }

  /** Undefined when nobody can read what was in use: then it is none, and `fault` says so. */
  async #readable(): Promise<HeadChoice | undefined> {
    return await this.#choice().catch(() => undefined);
  }

  async #versions(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.flatMap((name) => recordName.exec(name)?.[1] ?? []).map(Number);
  }

  /** Neither the one in use nor the one before it. */
  async #forgetOldest(): Promise<void> {
    const choice = await this.#readable();
    // Nobody knows which of them may go.
    if (choice === undefined) return;
    const kept = new Set([choice.active, choice.before.at(-1)]);
    const versions = (await this.#versions()).sort((a, b) => b - a);
    for (const version of versions.slice(trainingLimits.versions).filter((old) => !kept.has(old))) {
      for (const kind of ['json', 'onnx'] as const) await rm(this.#file(version, kind), { force: true });
    }
  }

  #file(version: number, kind: 'onnx' | 'json'): string {
    return join(this.#folder, `head-${String(version).padStart(4, '0')}.${kind}`);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Undefined for what is not there. */
async function read(file: string): Promise<Buffer | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > largestFile) return undefined;
  return await readFile(file);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function missing(message: string): SentinelError {
  return new SentinelError('ES_HEAD_MISSING', message);
}

function mismatch(version: number, why: string): SentinelError {
  return new SentinelError(
    'ES_HEAD_MISMATCH',
    `Version ${version} of the trained sound classifier cannot be used: ${why}.`,
    {
      hint: 'Train again, or go back to a version for this model.',
    },
  );
}
