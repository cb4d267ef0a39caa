import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Access } from '../access/access.ts';
import { outboxCounts } from '../alerting/outbox-counts.ts';
import { alertOutcomes } from '../alerting/alert-outcomes.ts';
import { toldAlerts } from '../alerting/told-alerts.ts';
import { mostOutcomes, type AlertOutcome } from '../contracts/alert-outcomes.ts';
import { courseLimits, type IncidentCourse } from '../contracts/course.ts';
import { incidentReviews } from '../evidence/incident-reviews.ts';
import { SiteClock } from '../clock/site-clock.ts';
import type { ReviewRequest } from '../contracts/api.ts';
import type { SiteHealth } from '../contracts/health.ts';
import type { Incident, Review, WireMessage } from '../contracts/messages.ts';
import type { NoteModel } from '../contracts/register.ts';
import { reviewNote } from '../contracts/review-states.ts';
import type { Acknowledgements, AuditNote, Clock, Log, PhoneMedia, Random } from '../contracts/ports.ts';
import { openDatabase, type Database } from '../database/database.ts';
import { acknowledgementsIn } from '../evidence/acknowledgements.ts';
import { Register } from '../evidence/register/register.ts';
import type { Answered, EvidenceStore, Reviewed } from '../evidence/evidence-store.ts';
import type { RetentionPlan } from '../evidence/retention/retention.ts';
import { StreamStore } from '../streams/stream-store.ts';
import { ArmingRows } from './arming-rows.ts';
import { Backlog } from './backlog.ts';
import { CameraFeeds } from './camera-feeds.ts';
import { CameraRings } from './camera-rings.ts';
import { EvidenceCheck } from './evidence-check.ts';
import { flowNow } from './flow-now.ts';
import { FolderClaim } from './folder-claim.ts';
import { HealthBoard } from './health-board.ts';
import { IncidentExports } from './incident-exports.ts';
import { Latecomers } from './latecomers.ts';
import { modelPools } from './model-pools.ts';
import { PreviewBoard } from './preview-board.ts';
import { SiteMetrics } from './prometheus.ts';
import { redactedLog } from './redacted-log.ts';
import { reviewMessage } from './review-message.ts';
import { RuleBoard } from './rule-board.ts';
import { SharedAnswer } from './shared-answer.ts';
import { SiteArming } from './site-arming.ts';
import { SiteEvidence } from './site-evidence.ts';
import { usualKeeping, type Keeping } from './site-keeping.ts';
import { SiteSound } from './site-sound.ts';
import { SiteVision } from './site-vision.ts';
import { SiteSnooze } from './site-snooze.ts';
import { Subscribers } from './subscribers.ts';
import { TelemetryFiles } from './telemetry-files.ts';

/** Whoever asks for the health more often must not keep the database from its work. */
const outboxCountsAgeMs = 1000;

/** What may change while a site is open. */
export interface SiteSettings {
  /** First part of every topic. */
  id: string;
  /** Name for people. */
  name: string;
  /** Of the hours of rules; empty: that of the machine. */
  timeZone?: string;
  /** Latitude and longitude, such as `52.52, 13.405`; empty: unknown. */
  location?: string;
  /** When somebody arms as away and does not say how long. */
  exitDelaySeconds?: number;
  /** How long and how much is kept. */
  keeping?: Keeping;
  /** Where phones reach our pages, without a slash at the end; absent when they do not. */
  publicAddress?: string | undefined;
  /** Whether anybody may make an account, which then sees nothing until an admin says what. */
  registration?: boolean;
  /** Whether people at this machine log in too, once there are accounts. */
  localLogin?: boolean;
}

export interface SiteOptions extends SiteSettings {
  /** Absolute path of the data folder. */
  folder: string;
}

/** What every part of the engine is handed. */
export interface SiteTools {
  clock: Clock;
  /** 0..1 */
  random: Random;
  log: Log;
  metrics: SiteMetrics;
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
  /** The rules by which it judges now. */
  readonly rules = new RuleBoard();
  /** Looks whether all evidence is what it was. */
  readonly evidenceCheck: EvidenceCheck;
  /** Incidents for who takes them away. */
  readonly exports: IncidentExports;
  readonly previews = new PreviewBoard();
  /** The last minute of the cameras. */
  readonly clips: CameraRings;
  readonly phoneMedia: PhoneMedia;
  /** Ids of incidents whose stored form changed. */
  readonly changes: Subscribers<string>;
  readonly latecomers: Latecomers;
  /** Reviews that were stored and did not come from a flow, as messages for it. */
  readonly reviews: Subscribers<WireMessage<Review>>;
  /** In which mode it is: which rules count. */
  readonly arming: SiteArming;
  /** Alerts that somebody holds back for a while. */
  readonly snooze: SiteSnooze;
  /** Who has answered to which incident, whether or not that was written down anew. */
  readonly answers: Subscribers<Answered>;
  /** Cameras that were added by the API. */
  readonly streams: StreamStore;
  /** Told of every change of them. */
  readonly streamChanges: Subscribers<undefined>;
  readonly acknowledgements: Acknowledgements = acknowledgementsIn(async () => (await this.database()).query);
  /** Every area, source and model that there was, also when it is gone. */
  readonly register: Register;
  readonly vision: SiteVision;
  readonly sound: SiteSound;
  /** Accounts, and who did what. */
  readonly access: Access;
  readonly newId = (): string => randomUUID();
  readonly random = (): number => Math.random();
  /** What the site itself has to tell of its storage, as incidents for the flow. */
  readonly troubles: Subscribers<WireMessage<Incident>>;
  /** Incidents of tests that are to go the way of real ones; they are kept already. */
  readonly simulated: Subscribers<WireMessage<Incident>>;
  readonly #evidence: SiteEvidence;
  readonly #telemetry: TelemetryFiles;
  readonly #outbox: SharedAnswer<SiteHealth['outbox']>;
  readonly #claim: FolderClaim;
  #settings: SiteSettings;
  #database: Promise<Database> | undefined;
  #databaseState: SiteHealth['database'] = 'unused';

  /** @throws SentinelError ES_SITE_LOCKED when another process uses the data folder. */
  constructor(options: SiteOptions, log: Log) {
    this.#settings = options;
    this.folder = options.folder;
    this.log = redactedLog(log);
    this.clock = new SiteClock((stepMs) => {
      this.log.warn(`The system clock of ${this.name} stepped by ${Math.round(stepMs / 1000)} s.`);
    });
    this.metrics = new SiteMetrics(() => this.id);
    this.clips = new CameraRings(this.tools);
    this.phoneMedia = this.clips.phoneMedia;
    this.cameras = new CameraFeeds(undefined, this.clips);
    this.latecomers = new Latecomers(this.clock, this.log);
    this.reviews = new Subscribers(this.log);
    this.simulated = new Subscribers(this.log);
    const { folder, health, newId, tools } = this;
    const note = (entry: AuditNote): void => {
      this.access.audit.note(entry);
    };
    this.arming = new SiteArming(new ArmingRows(folder, () => this.database()), { ...tools, note });
    this.snooze = new SiteSnooze({ folder, database: () => this.database(), note, ...tools });
    this.streamChanges = new Subscribers(this.log);
    this.register = new Register({ ...tools, site: () => this.id, flow: () => flowNow(this) });
    health.members.add(() => {
      this.register.changed();
    });
    const changed = (): void => {
      this.streamChanges.tell(undefined);
      this.register.changed();
    };
    this.streams = new StreamStore({ folder, database: () => this.database(), clock: this.clock, changed });
    const pools = modelPools(tools);
    const noteModel: NoteModel = (model, source) => {
      this.register.used(model, source);
    };
    this.vision = new SiteVision({ pool: pools.vision, health, noteModel, tools });
    this.sound = new SiteSound({ folder, database: () => this.database(), pools, health, noteModel, newId, tools });
    this.access = new Access({ folder, database: () => this.database(), clock: this.clock, log: this.log });
    this.#telemetry = new TelemetryFiles({
      folder,
      ...{ clock: this.clock, log: this.log },
      report: () => this.report(),
      incident: async (incidentId) => await (await this.evidence()).summary(incidentId, 'listed'),
    });
    this.exports = new IncidentExports(folder, this.clock);
    this.#evidence = new SiteEvidence({
      ...{ folder, exports: this.exports, note, newId, tools },
      site: () => this.id,
      database: () => this.database(),
      keeping: () => this.keeping,
      onKept: (incident) => {
        this.register.saw(incident);
      },
    });
    ({ changes: this.changes, answers: this.answers, troubles: this.troubles } = this.#evidence);
    this.changes.add((incidentId) => {
      this.#telemetry.note(incidentId);
    });
    this.evidenceCheck = new EvidenceCheck(folder, this.clock);
    this.#outbox = new SharedAnswer(() => this.#countOutbox(), this.clock, outboxCountsAgeMs);
    this.#claim = new FolderClaim(folder, this.log);
    this.#apply();
    void this.sound.training.forgetLeftovers();
  }

  get id(): string {
    return this.#settings.id;
  }

  get name(): string {
    return this.#settings.name;
  }

  get publicAddress(): string | undefined {
    return this.#settings.publicAddress;
  }

  /** Empty: that of the machine. */
  get timeZone(): string {
    return this.#settings.timeZone ?? '';
  }

  /** Latitude and longitude; empty: unknown. */
  get location(): string {
    return this.#settings.location ?? '';
  }

  /** How long and how much is kept. */
  get keeping(): Keeping {
    return this.#settings.keeping ?? usualKeeping;
  }

  get registration(): boolean {
    return this.#settings.registration ?? false;
  }

  get localLogin(): boolean {
    return this.#settings.localLogin ?? false;
  }

  /** Goes by other settings from now on. */
  rename(settings: SiteSettings): void {
    this.#settings = settings;
    this.#apply();
  }

  /** What every part of the engine is handed. */
  get tools(): SiteTools {
    const { clock, random, log, metrics } = this;
    return { clock, random, log, metrics };
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
    return await this.#evidence.store();
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

  /** What was said and told of an incident. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async course(incidentId: string): Promise<IncidentCourse> {
    const { query } = await this.database();
    const [reviews, alerts] = await Promise.all([
      incidentReviews(query, incidentId, courseLimits.reviews),
      toldAlerts(query, incidentId, courseLimits.alerts),
    ]);
    return { reviews, alerts };
  }

  /** What has become of the messages about an incident so far. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async alertOutcomes(incidentId: string): Promise<AlertOutcome[]> {
    const { query } = await this.database();
    return await alertOutcomes(query, incidentId, mostOutcomes);
  }

  /** Writes down who said something of an incident, where no route does. */
  noteReview(incidentId: string, action: string, who: Pick<AuditNote, 'by' | 'how'>): void {
    this.access.audit.note({ ...who, action: reviewNote(action), subject: incidentId, at: this.clock.now() });
  }

  /** How the Site is doing, for the health route; never rejects. */
  async report(): Promise<SiteHealth> {
    const outbox = await this.#outbox.get();
    const { models, accounts } = this.health;
    const { throughputs } = this.metrics;
    const sources = this.health.sources.map((source) => ({ ...source, ...throughputs.of(source.source) }));
    return {
      site: this.id,
      name: this.name,
      sources,
      models,
      accounts,
      outbox,
      database: this.#databaseState,
      ...this.#evidence.room,
    };
  }

  /** What evidence would go now, by the settings of the site. @throws SentinelError ES_DATABASE */
  async retentionPlan(): Promise<RetentionPlan> {
    return await this.#evidence.plan();
  }

  /** What nobody may delete. @throws SentinelError ES_DATABASE */
  async holds(): ReturnType<SiteEvidence['holds']> {
    return await this.#evidence.holds();
  }

  /** Drains workers and database, then lets go of the folder. */
  async close(): Promise<void> {
    this.snooze.close();
    await this.#telemetry.close();
    await Promise.all([this.arming, this.sound, this.vision, this.clips, this.access].map((part) => part.close()));
    try {
      const database = await this.#database?.catch(() => undefined);
      await this.#evidence.close();
      await this.register.close();
      await database?.close();
      await this.#evidence.closeSealing();
    } finally {
      this.#claim.release();
    }
  }

  #apply(): void {
    this.arming.exitDelaySeconds = this.#settings.exitDelaySeconds ?? 0;
    this.#telemetry.enabled = this.keeping.telemetryFiles;
    this.register.changed();
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
      this.#claim.renew();
    };
    const database = await openDatabase(join(this.folder, 'sentinel.db'), { log, clock, claim, onState });
    this.#databaseState = 'ok';
    this.register.begin(database);
    return database;
  }
}
