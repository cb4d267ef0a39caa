import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { outboxCounts } from '../alerting/outbox-counts.ts';
import { SoundClassifier } from '../audio/classifier.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { SiteHealth } from '../contracts/health.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { openDatabase, type Database } from '../database/database.ts';
import { lockFolder } from '../database/folder-lock.ts';
import { EvidenceStore } from '../evidence/evidence-store.ts';
import { findModel } from '../inference/catalog.ts';
import { redact } from '../network/redact.ts';
import { Detector } from '../vision/detector.ts';
import { HealthBoard } from './health-board.ts';
import { PrometheusMetrics } from './prometheus.ts';

export interface SiteOptions {
  /** First part of every topic. */
  id: string;
  /** Name for people. */
  name: string;
  /** Absolute path of the data folder. */
  folder: string;
  /** Nobody named this site: the nodes of a flow without a sentinel-site. */
  implicit: boolean;
}

/**
 * The composition root: everything that the nodes of one data folder share. Nothing is opened before it is needed,
 * and what fails to open disables itself alone: without a database, detection and fusion go on.
 */
export class Site {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: PrometheusMetrics;
  readonly health: HealthBoard;
  readonly newId = (): string => randomUUID();
  readonly random = (): number => Math.random();
  readonly #unlock: () => void;
  readonly #detectors = new Map<string, Detector>();
  readonly #classifiers = new Map<string, SoundClassifier>();
  #database: Promise<Database> | undefined;
  #databaseState: SiteHealth['database'] = 'unused';
  #evidence: Promise<EvidenceStore> | undefined;

  /** @throws SentinelError ES_SITE_LOCKED when another process uses the data folder. */
  constructor(options: SiteOptions, log: Log) {
    this.id = options.id;
    this.name = options.name;
    this.folder = options.folder;
    this.log = redactedLog(log);
    this.clock = new SiteClock((stepMs) => {
      this.log.warn(`The system clock of ${this.name} stepped by ${Math.round(stepMs / 1000)} s.`);
    });
    this.metrics = new PrometheusMetrics(options.id);
    this.health = new HealthBoard();
    mkdirSync(this.folder, { recursive: true });
    this.#unlock = this.#lock();
  }

  isCalled(other: { id: string; name: string }): boolean {
    return this.id === other.id && this.name === other.name;
  }

  /** What every part of the engine is handed. */
  get tools() {
    const { clock, random, log, metrics } = this;
    return { clock, random, log, metrics };
  }

  /** The detector of a model, shared by all nodes that use it. @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID */
  detector(model: string): Detector {
    return shared(this.#detectors, model, () => new Detector({ model: findModel(model, 'detection'), ...this.tools }));
  }

  /** The classes of a detection model; empty while there is no such model, which its first frame reports. */
  labelsOf(model: string): readonly string[] {
    try {
      return findModel(model, 'detection').labels;
    } catch {
      return [];
    }
  }

  /** The sound classifier of a model, shared likewise. @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID */
  classifier(model: string): SoundClassifier {
    const make = () => new SoundClassifier({ model: findModel(model, 'sound'), ...this.tools });
    return shared(this.#classifiers, model, make);
  }

  /** The database, opened on first use and tried anew after a failure. @throws SentinelError ES_DATABASE */
  async database(): Promise<Database> {
    this.#database ??= openDatabase(join(this.folder, 'sentinel.db'), { log: this.log });
    try {
      const database = await this.#database;
      this.#databaseState = 'ok';
      return database;
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

  /** How the Site is doing, for the health route. */
  async report(): Promise<SiteHealth> {
    const database = await this.#database?.catch(() => undefined);
    const outbox = database === undefined ? { queued: 0, failed: 0 } : await outboxCounts(database);
    const { sources, models } = this.health;
    return { site: this.id, name: this.name, sources, models, outbox, database: this.#databaseState };
  }

  /** Lets go of the folder at once, then drains workers and database. */
  async close(): Promise<void> {
    this.#unlock();
    const workers = [...this.#detectors.values(), ...this.#classifiers.values()];
    await Promise.allSettled(workers.map((worker) => worker.close()));
    const database = await this.#database?.catch(() => undefined);
    await database?.close();
  }

  async #openEvidence(): Promise<EvidenceStore> {
    const { folder, newId } = this;
    return new EvidenceStore({ database: await this.database(), folder, newId, ...this.tools });
  }

  #lock(): () => void {
    try {
      return lockFolder(this.folder);
    } catch (error) {
      if (error instanceof SentinelError) throw error;
      this.log.warn(`The data folder cannot be locked (${String(error)}): make sure that only one Node-RED uses it.`);
      return () => undefined;
    }
  }
}

function shared<T>(all: Map<string, T>, key: string, make: () => T): T {
  const present = all.get(key);
  if (present !== undefined) return present;
  const made = make();
  all.set(key, made);
  return made;
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
