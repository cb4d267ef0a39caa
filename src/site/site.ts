import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { outboxCounts } from '../alerting/outbox-counts.ts';
import { SoundClassifier } from '../audio/classifier.ts';
import { TalkLog } from '../audio/decision/talk-log.ts';
import { mappingOf } from '../audio/sound-classes.ts';
import { shippedMapping, type SoundMapping } from '../audio/sound-mapping.ts';
import { chooseSoundModel } from '../audio/sound-model.ts';
import type { HeadStore } from '../audio/training/head-store.ts';
import type { RunningHead } from '../audio/training/head.ts';
import type { Training } from '../audio/training/training.ts';
import { SiteClock } from '../clock/site-clock.ts';
import type { ReviewRequest } from '../contracts/api.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { SiteHealth } from '../contracts/health.ts';
import { topicOf } from '../contracts/guards.ts';
import type { Review, WireMessage } from '../contracts/messages.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { openDatabase, type Database } from '../database/database.ts';
import { lockFolder, type FolderLock } from '../database/folder-lock.ts';
import { EvidenceStore, type Reviewed } from '../evidence/evidence-store.ts';
import type { ExecutionProvider } from '../contracts/configs.ts';
import { soundFileDecoder } from '../media/sound-file.ts';
import { redact } from '../network/redact.ts';
import { chooseModel, type ModelChoice } from '../vision/detection-model.ts';
import { Detector } from '../vision/detector.ts';
import { PoseEstimator } from '../vision/pose/pose-estimator.ts';
import { choosePoseModel } from '../vision/pose/pose-model.ts';
import { thumbnailMaker } from '../vision/thumbnail.ts';
import { Backlog } from './backlog.ts';
import { CalibrationBoard } from './calibration-board.ts';
import { CameraFeeds } from './camera-feeds.ts';
import { CameraRings } from './camera-rings.ts';
import { HealthBoard } from './health-board.ts';
import { ListeningBoard } from './listening-board.ts';
import { Latecomers } from './latecomers.ts';
import { modelPools, type ModelPools } from './model-pools.ts';
import { PreviewBoard } from './preview-board.ts';
import { SiteMetrics } from './prometheus.ts';
import { ServiceLeases, type ServiceLease } from './service-leases.ts';
import { SharedAnswer } from './shared-answer.ts';
import { SoundDesk } from './sound-desk.ts';
import { soundTraining } from './sound-training.ts';
import { Subscribers } from './subscribers.ts';

/** Whoever asks for the health more often must not keep the database from its work. */
const outboxCountsAgeMs = 1000;

export interface SiteOptions {
  /** First part of every topic. */
  id: string;
  /** Name for people. */
  name: string;
  /** Absolute path of the data folder. */
  folder: string;
  /** Where phones reach our pages, without a slash at the end; absent when they do not. */
  publicAddress?: string | undefined;
}

/**
 * The composition root: everything that the nodes of one data folder share. Nothing is opened before it is needed,
 * and what fails to open disables itself alone: without a database, detection and fusion go on.
 */
export class Site {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: SiteMetrics;
  readonly health = new HealthBoard();
  readonly cameras: CameraFeeds;
  readonly backlog = new Backlog();
  readonly previews = new PreviewBoard();
  readonly calibrations = new CalibrationBoard();
  readonly listening = new ListeningBoard();
  /** When our own loudspeaker talks. */
  readonly talk = new TalkLog();
  /** The last minute of the cameras. */
  readonly clips: CameraRings;
  /** Ids of incidents whose stored form changed. */
  readonly changes: Subscribers<string>;
  readonly latecomers: Latecomers;
  /** Reviews that were stored and did not come from a flow, as messages for it. */
  readonly reviews: Subscribers<WireMessage<Review>>;
  /** What users teach the sound classifier. */
  readonly training: Training;
  /** What came of it. */
  readonly heads: HeadStore;
  /** Hears whole sound files. */
  readonly sound: SoundDesk;
  readonly newId = (): string => randomUUID();
  readonly random = (): number => Math.random();
  #folderLock: FolderLock | undefined;
  readonly #outbox: SharedAnswer<SiteHealth['outbox']>;
  readonly #pools: ModelPools;
  readonly #detectors = new ServiceLeases<Detector>((key) => {
    this.health.forgetModel(key.split('\n', 1).join());
  });
  readonly #classifiers = new ServiceLeases<SoundClassifier>((key) => {
    this.health.forgetModel(key.split('\n', 1).join());
  });
  readonly #poseEstimators = new ServiceLeases<PoseEstimator>((model) => {
    this.health.forgetModel(model);
  });
  #id: string;
  #name: string;
  #publicAddress: string | undefined;
  #database: Promise<Database> | undefined;
  #databaseState: SiteHealth['database'] = 'unused';
  #evidence: Promise<EvidenceStore> | undefined;

  /** @throws SentinelError ES_SITE_LOCKED when another process uses the data folder. */
  constructor(options: SiteOptions, log: Log) {
    this.#id = options.id;
    this.#name = options.name;
    this.#publicAddress = options.publicAddress;
    this.folder = options.folder;
    this.log = redactedLog(log);
    this.clock = new SiteClock((stepMs) => {
      this.log.warn(`The system clock of ${this.name} stepped by ${Math.round(stepMs / 1000)} s.`);
    });
    this.metrics = new SiteMetrics(() => this.id);
    this.#pools = modelPools(this.tools);
    this.clips = new CameraRings(this.tools);
    this.cameras = new CameraFeeds(undefined, this.clips);
    this.changes = new Subscribers(this.log);
    this.latecomers = new Latecomers(this.clock, this.log);
    this.reviews = new Subscribers(this.log);
    const { folder, newId } = this;
    const database = (): Promise<Database> => this.database();
    const training = soundTraining({ folder, newId, database, pool: this.#pools.training, ...this.tools });
    [this.training, this.heads] = [training.training, training.heads];
    this.sound = new SoundDesk({
      judge: () => this.listening.newest,
      fault: (model) => this.classifierFault(model),
      lease: (model) => this.classifier(model),
      ran: (model, backend) => {
        this.health.model(model, backend);
      },
      head: () => this.heads.running,
      decoder: soundFileDecoder(this.clock),
      clock: this.clock,
    });
    this.#outbox = new SharedAnswer(() => this.#countOutbox(), this.clock, outboxCountsAgeMs);
    this.#lock();
  }

  get id(): string {
    return this.#id;
  }

  get name(): string {
    return this.#name;
  }

  get publicAddress(): string | undefined {
    return this.#publicAddress;
  }

  rename({ id, name, publicAddress }: Omit<SiteOptions, 'folder'>): void {
    this.#id = id;
    this.#name = name;
    this.#publicAddress = publicAddress;
  }

  /** What every part of the engine is handed. */
  get tools() {
    const { clock, random, log, metrics } = this;
    return { clock, random, log, metrics };
  }

  /**
   * The detector of a model, shared by all nodes that use it on the same provider and read it alike. `get` throws
   * ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG.
   */
  detector(choice: ModelChoice, provider: ExecutionProvider = 'cpu'): ServiceLease<Detector> {
    const { tools } = this;
    const pool = this.#pools.vision;
    const { model, family, classNames, inputSize } = choice;
    return this.#detectors.lease(
      [model, provider, family, classNames, inputSize].join('\n'),
      () => new Detector({ model: chooseModel(choice).description, provider, pool, ...tools }),
    );
  }

  /**
   * The classes of a detector, and what is wrong with it before it is opened: ES_MODEL_MISSING, ES_MODEL_INVALID or
   * ES_BAD_CONFIG. Then there are no classes.
   */
  knownDetector(choice: ModelChoice): { labels: readonly string[]; fault: SentinelError | undefined } {
    try {
      return { labels: chooseModel(choice).description.labels, fault: undefined };
    } catch (error) {
      return { labels: [], fault: asSentinelError(error, 'ES_MODEL_INVALID') };
    }
  }

  /** What finds poses, shared by all nodes that use the same model. `get` throws as that of `detector` does. */
  poseEstimator(model: string): ServiceLease<PoseEstimator> {
    const { clock, metrics } = this;
    const pool = this.#pools.vision;
    return this.#poseEstimators.lease(
      model,
      () => new PoseEstimator({ model: choosePoseModel(model), pool, clock, metrics }),
    );
  }

  /** What is wrong with a pose model before it is opened. */
  poseFault(model: string): SentinelError | undefined {
    return faultOf(() => choosePoseModel(model));
  }

  /** Likewise with a sound model, and the table of classes. */
  classifierFault(model: string, table = ''): SentinelError | undefined {
    return faultOf(() => chooseSoundModel(model, table));
  }

  /** How a sound model and a table make classes of what is heard; as shipped while they cannot be used. */
  soundMapping(model: string, table = ''): SoundMapping {
    try {
      return mappingOf(chooseSoundModel(model, table));
    } catch {
      return shippedMapping();
    }
  }

  /** Whether a sound model is in memory. */
  hasClassifier(model: string, table = ''): boolean {
    return this.#classifiers.has([model, table].join('\n'));
  }

  /** The sound classifier of a model, shared by all nodes that use it with the same table of classes. */
  classifier(model: string, table = ''): ServiceLease<SoundClassifier> {
    return this.#classifiers.lease([model, table].join('\n'), () => {
      const head = (): RunningHead | undefined => this.heads.running;
      return new SoundClassifier({
        model: chooseSoundModel(model, table),
        pool: this.#pools.audio,
        head,
        ...this.tools,
      });
    });
  }

  /** The database, opened on first use and tried anew after a failure. @throws SentinelError ES_DATABASE */
  async database(): Promise<Database> {
    this.#database ??= this.#openDatabase();
    try {
      return await this.#database;
    } catch (error) {
      this.#database = undefined;
      this.#databaseState = 'down';
      throw error;
    }
  }

  /** @throws SentinelError ES_DATABASE */
  async evidence(): Promise<EvidenceStore> {
    this.#evidence ??= this.#openEvidence();
    try {
      return await this.#evidence;
    } catch (error) {
      this.#evidence = undefined;
      throw error;
    }
  }

  /**
   * Keeps what a person says about an incident of this Site, and hands it to the flow.
   * @param by who says so: the name of a login.
   * @returns undefined when the incident is not of this Site.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
   */
  async review(incidentId: string, request: ReviewRequest, by: string): Promise<Reviewed | undefined> {
    const reviewed = await (await this.evidence()).review(incidentId, request, by);
    if (reviewed?.added === true) this.reviews.tell(reviewMessage(reviewed));
    return reviewed;
  }

  /** How the Site is doing, for the health route; never rejects. */
  async report(): Promise<SiteHealth> {
    const outbox = await this.#outbox.get();
    const { models } = this.health;
    const { throughputs } = this.metrics;
    const sources = this.health.sources.map((source) => ({ ...source, ...throughputs.of(source.source) }));
    return { site: this.id, name: this.name, sources, models, outbox, database: this.#databaseState };
  }

  /** Drains workers and database, then lets go of the folder. */
  async close(): Promise<void> {
    await this.training.close();
    const services = [this.#detectors, this.#poseEstimators, this.#classifiers, this.clips];
    await Promise.all(services.map((service) => service.close()));
    try {
      const database = await this.#database?.catch(() => undefined);
      await database?.close();
    } finally {
      this.#folderLock?.release();
    }
  }

  async #countOutbox(): Promise<SiteHealth['outbox']> {
    try {
      const counts = this.#database === undefined ? undefined : await outboxCounts(await this.#database);
      return counts ?? { queued: 0, failed: 0 };
    } catch {
      return { queued: 0, failed: 0 };
    }
  }

  async #openDatabase(): Promise<Database> {
    const onState = (works: boolean): void => {
      this.#databaseState = works ? 'ok' : 'down';
    };
    const { log, clock } = this;
    const claim = (): void => {
      this.#claim();
    };
    const database = await openDatabase(join(this.folder, 'sentinel.db'), { log, clock, claim, onState });
    this.#databaseState = 'ok';
    return database;
  }

  async #openEvidence(): Promise<EvidenceStore> {
    const { folder, newId } = this;
    const onChange = (incidentId: string): void => {
      this.changes.tell(incidentId);
    };
    const database = await this.database();
    return new EvidenceStore({ database, folder, newId, thumbnails: thumbnailMaker, onChange, ...this.tools });
  }

  #lock(): void {
    try {
      this.#folderLock = lockFolder(this.folder);
    } catch (error) {
      if (error instanceof SentinelError && error.name === 'ES_SITE_LOCKED') throw error;
      this.log.warn(`The data folder cannot be locked (${String(error)}): make sure that only one Node-RED uses it.`);
    }
  }

  /** A folder that was away, or could not be locked before, is taken before its database is opened. */
  #claim(): void {
    if (this.#folderLock === undefined) this.#lock();
    else this.#folderLock.renew();
  }
}

function reviewMessage({ record, incident }: Reviewed): WireMessage<Review> {
  const { incidentId, action, by, at, note } = record;
  const said = { incidentId, action, by, ...(note === undefined ? {} : { note }) };
  const payload: Review = { v: 1, kind: 'review', ...incident, capturedAt: at, ...said };
  return { topic: topicOf(payload), payload };
}

function faultOf(find: () => unknown): SentinelError | undefined {
  try {
    find();
    return undefined;
  } catch (error) {
    return asSentinelError(error, 'ES_MODEL_INVALID');
  }
}

function redactedLog(log: Log): Log {
  return {
    info: (line) => {
      log.info(`[echosight] ${redact(line)}`);
    },
    warn: (line) => {
      log.warn(`[echosight] ${redact(line)}`);
    },
    error: (line) => {
      log.error(`[echosight] ${redact(line)}`);
    },
  };
}
