import { rm } from 'node:fs/promises';
import {
  predictLimits,
  type RetrainAnswer,
  type SoundHealth,
  type SoundInfo,
  type SoundModelStatus,
} from '../../contracts/prediction.ts';
import { trainingLimits, type TrainingPort, type TrainingStatus } from '../../contracts/training.ts';
import { catalogEntries } from '../../inference/catalog.ts';
import { soundFormats } from '../../pcm/sound-format.ts';
import type { Call, Handlers } from '../call.ts';
import { ClientBudget } from '../client-budget.ts';
import { Parameters } from '../parameters.ts';
import { isLocal } from '../peer.ts';
import { Problem } from '../problem.ts';
import { sendJson } from '../send.ts';
import { mayHaveWhole } from '../whole-site.ts';
import { PredictUploads } from './predict-upload.ts';
import { asProblem } from './sound-problems.ts';
import type { SoundHost, SoundSite } from './sound-site.ts';
import { readZipUpload } from './zip-upload.ts';

const longestName = 64;
const routes = {
  'POST /predict': 'multipart/form-data with one sound file called "file"',
  'POST /retrain': 'multipart/form-data with one zip file called "file": a folder per class',
  'GET /model/status': 'the model that hears, and the training',
  'GET /training': 'the last training and what it showed',
  'GET /health': 'whether sound can be heard',
};

/** Answers who brings sound to be heard or learnt from. */
export class SoundAnswers {
  readonly #host: SoundHost;
  readonly #uploads: PredictUploads;
  readonly #budget: ClientBudget;
  /** Sites that are being sent a zip file. */
  readonly #receiving = new Set<string>();

  readonly handlers = {
    readSoundInfo: (call) => {
      this.#info(call);
    },
    readSoundHealth: (call) => {
      this.#health(call);
    },
    readSoundModel: (call) => this.#modelStatus(call),
    readTraining: (call) => this.#training(call),
    predictSound: (call) => this.#predict(call),
    retrainSound: (call) => this.#retrain(call),
  } satisfies Partial<Handlers>;

  constructor(host: SoundHost) {
    this.#host = host;
    this.#uploads = new PredictUploads(host.clock);
    this.#budget = new ClientBudget(host.clock);
  }

  #info(call: Call): void {
    const { request, response } = call;
    const { id } = this.#admit(call);
    const { bytes, seconds, leastSeconds } = predictLimits;
    sendJson(request, response, 200, {
      ...{
        name: 'EchoSight Sentinel, sound',
        version: this.#host.version,
        site: id,
        routes,
        formats: [...soundFormats],
      },
      limits: { bytes, seconds, leastSeconds, zipBytes: trainingLimits.zipBytes },
    } satisfies SoundInfo);
  }

  #health(call: Call): void {
    const { request, response } = call;
    const site = this.#admit(call);
    const { model, loaded, usable } = site.model();
    sendJson(request, response, 200, {
      ...{ status: usable ? 'healthy' : 'degraded', site: site.id, model, model_loaded: loaded, waiting: site.clips },
      ...{ version: this.#host.version, uptime_s: Math.round(process.uptime()) },
    } satisfies SoundHealth);
  }

  async #modelStatus(call: Call): Promise<void> {
    const { request, response } = call;
    const site = this.#admit(call);
    const status: SoundModelStatus = {
      ...site.model(),
      threshold: predictLimits.threshold,
      training: await this.#trainingOf(site),
    };
    sendJson(request, response, 200, status);
  }

  /** The training under way, or the last one, with all that it showed. */
  async #training(call: Call): Promise<void> {
    const { request, response, caller } = call;
    const site = this.#admit(call);
    const { session, ...status } = await this.#statusOf(site);
    // Names of somebody's files are not for who may see a part of the site: how many there are is told.
    const told = session === undefined || mayHaveWhole(caller, site.id) ? session : { ...session, refusals: [] };
    sendJson(request, response, 200, { ...status, ...(told === undefined ? {} : { session: told }) });
  }

  /** @throws Problem as stands in contracts/prediction.ts */
  async #predict(call: Call): Promise<void> {
    const { request, response, caller } = call;
    const asked = new Parameters(request.url, ['site', 'threshold', 'spectrogram']);
    const threshold = asked.share('threshold');
    const spectrogram = asked.oneOf('spectrogram', ['0', '1']) === '1';
    const site = this.#admit(call, asked);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Problem(400, 'The client is gone.'));
    });
    const prediction = await this.#uploads
      .take(request, caller.account, (file) => site.predict(file, { threshold, spectrogram, signal: gone.signal }))
      .catch((error: unknown) => {
        throw asProblem(error);
      });
    sendJson(request, response, 200, prediction);
  }

  /** @throws Problem as stands in contracts/prediction.ts */
  async #retrain(call: Call): Promise<void> {
    const { request, response } = call;
    const asked = new Parameters(request.url, ['site', 'model']);
    const model = asked.text('model', longestName);
    const site = this.#admit(call, asked);
    const { training } = site;
    // What is learnt may be heard by every microphone of the site, and keeps others from teaching it meanwhile.
    if (!mayHaveWhole(call.caller, site.id)) throw new Problem(403, 'This needs the whole site.');
    // Never a path: it would tell which files there are.
    if (model !== undefined && !isSoundModel(model)) throw new Problem(400, 'There is no sound model of this name.');
    if (training === undefined) throw new Problem(503, 'Nothing can be learnt here: there is no training.');
    if (this.#receiving.has(site.id)) {
      throw new Problem(429, 'Another zip file is being sent.', { headers: { 'Retry-After': '10' } });
    }
    this.#receiving.add(site.id);
    try {
      const begun = await this.#learn(call, training, model);
      sendJson(request, response, 202, {
        status: 'Retraining Initiated',
        message: 'The recordings are looked at, then learnt from in the background; the model in use stays until then.',
        training_started: true,
        upload_id: begun.uploadId,
        session_id: begun.sessionId,
      } satisfies RetrainAnswer);
    } catch (error) {
      throw asProblem(error);
    } finally {
      this.#receiving.delete(site.id);
    }
  }

  async #learn(
    { request, caller }: Call,
    training: TrainingPort,
    model: string | undefined,
  ): Promise<{ uploadId: string; sessionId: string }> {
    const zip = await readZipUpload(request, { training, clock: this.#host.clock });
    const by = caller.how === 'local' ? undefined : caller.name;
    try {
      return await training.begin({
        ...{ zip, owned: true, name: 'HTTP upload', origin: 'http', by },
        ...(model === undefined ? {} : { model }),
      });
    } catch (error) {
      await rm(zip, { force: true });
      throw error;
    }
  }

  async #trainingOf(site: SoundSite): Promise<SoundModelStatus['training']> {
    const { state, progress, session, active, versions } = await this.#statusOf(site);
    return {
      ...{ state, progress, versions: versions.length },
      ...(session === undefined ? {} : { session_id: session.id }),
      ...(active === undefined ? {} : { active_version: active }),
    };
  }

  async #statusOf({ training }: SoundSite): Promise<TrainingStatus> {
    if (training === undefined) return { state: 'idle', progress: 0, versions: [] };
    return await training.status();
  }

  /**
   * Programs of this machine may ask as often as they like: what they cost is bounded by how many clips wait.
   * @throws Problem 400, 404, 429
   */
  #admit({ request, caller }: Call, asked = new Parameters(request.url, ['site'])): SoundSite {
    if (!isLocal(request) && !this.#budget.spend(request, caller.name)) {
      throw new Problem(429, 'So many questions a second are not answered.', { headers: { 'Retry-After': '1' } });
    }
    const sites = this.#host.soundSites(caller);
    const wanted = asked.text('site', longestName);
    const [only, ...others] = wanted === undefined ? sites : sites.filter(({ id }) => id === wanted);
    if (only === undefined)
      throw new Problem(404, wanted === undefined ? 'No site is open.' : 'There is no such site.');
    if (others.length > 0) throw new Problem(400, 'There are several sites: name one, as in ?site=home.');
    return only;
  }
}

/** Whether the catalogue has it, downloaded or not. */
function isSoundModel(model: string): boolean {
  return catalogEntries().some(({ id, task }) => id === model && task === 'sound');
}
