import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { sql, type Insertable } from 'kysely';
import { asSentinelError, type SentinelError } from '../contracts/errors.ts';
import type { ReviewRecord, ReviewRequest } from '../contracts/api.ts';
import type { EvidenceItem, Incident } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, ThumbnailMaker } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { MediaRow } from '../database/tables.ts';
import { isAnswer } from './acknowledgements.ts';
import { EvidenceFiles } from './evidence-files.ts';
import { evidenceIdOf, isEvidenceId } from './evidence-id.ts';
import { findSummary, listIncidents, type ListRequest, type StoredSummary } from './incident-list.ts';
import { enrolOlderIncidents } from './older-incidents.ts';
import { incidentOf, itemOf } from './incident-rows.ts';
import { IncidentWriting } from './incident-writing.ts';
import { endOpenIncidents, removeStrays, sweepStrays } from './leftovers.ts';
import { mediaFiles, type IncidentMedia, type MediaFile } from './media-file.ts';
import { RecordQueue } from './record-queue.ts';
import { writeReview } from './review-rows.ts';
import { countRules, type RuleCount, type RuleName } from './rule-counts.ts';
import { readStatistics, type StatisticsRequest, type StoredStatistics } from './statistics.ts';
import { Thumbnails } from './thumbnails.ts';

export type { IncidentMedia };

const digestPiece = 1 << 20;

export interface EvidenceStoreOptions {
  database: Database;
  /** The data folder; files lie in its `evidence` folder. */
  folder: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Random UUIDs: evidence is found by who knows its id. */
  newId: () => string;
  /** Makes the thumbnail that is kept with every snapshot; without it there are none. */
  thumbnails?: ThumbnailMaker;
  /** Told the id of an incident after every change of it that is on disk. */
  onChange?: (incidentId: string) => void;
  /** Told an incident that was written down, as it came. */
  onKept?: (incident: Incident) => void;
  /** Told whenever somebody answers to an incident, also what stands already. */
  onAnswer?: (answered: Answered) => void;
  /** Told why a file, or the rows of an incident, could not be kept. */
  onRefused?: (error: SentinelError) => void;
}

/** Somebody has seen an incident. */
export interface Answered {
  incidentId: string;
  /** Name of a login, or `flow`. */
  by: string;
}

/** What became of an incident that was to be recorded. */
export interface Recorded {
  /** The files that this call stored. */
  evidence: EvidenceItem[];
  /** Why a file could not be kept: ES_EVIDENCE_WRITE, ES_IMAGE_INVALID or ES_BAD_INPUT. */
  refused?: SentinelError;
}

/** What became of a review. */
export interface Reviewed {
  /** The review that stands now. */
  record: ReviewRecord;
  /** Whether it was written by this call; otherwise it stood already. */
  added: boolean;
  /** What it belongs to. */
  incident: Pick<Incident, 'site' | 'area' | 'source'>;
}

/** Keeps incidents: rows in the database, pictures and sounds as files in the data folder, found by opaque id. */
export class EvidenceStore {
  readonly #database: Database;
  readonly #files: EvidenceFiles;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #newId: () => string;
  readonly #thumbnails: Thumbnails | undefined;
  readonly #onChange: (incidentId: string) => void;
  readonly #onKept: (incident: Incident) => void;
  readonly #onAnswer: (answered: Answered) => void;
  readonly #onRefused: (error: SentinelError) => void;
  readonly #opened: Promise<void>;
  /** Incidents of earlier versions are found, too. */
  #indexed: Promise<void> = Promise.resolve();
  readonly #records = new RecordQueue();
  readonly #writing: IncidentWriting;

  constructor(options: EvidenceStoreOptions) {
    this.#database = options.database;
    this.#writing = new IncidentWriting(options.database.query);
    this.#files = new EvidenceFiles(options.folder);
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#newId = options.newId;
    this.#thumbnails = options.thumbnails && new Thumbnails(options.thumbnails, options.log);
    this.#onChange = options.onChange ?? (() => undefined);
    this.#onKept = options.onKept ?? (() => undefined);
    this.#onAnswer = options.onAnswer ?? (() => undefined);
    this.#onRefused = options.onRefused ?? (() => undefined);
    this.#opened = this.#tidyUp(options.clock.now(), options.log);
  }

  /**
   * Writes an incident and its media down. When this resolves, everything is on disk.
   * A disk that refuses a file never costs the incident: its row and the other files are safe, and the answer says so.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST; the incident is not stored then.
   */
  record(incident: Incident, media: IncidentMedia): Promise<Recorded> {
    const { image, cleanImage, samples, clip } = media;
    const bytes = [image, cleanImage, samples, clip].reduce((sum, file) => sum + (file?.byteLength ?? 0), 0);
    return this.#records.add(bytes, () => this.#record(incident, media));
  }

  /**
   * Ends every open incident at its last message, when the flow is stopped: Node-RED delivers no messages then.
   * One that goes on all the same is open again from its next message on.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
   */
  async endOpen(): Promise<void> {
    await this.#opened;
    await this.#records.idle();
    for (const id of await endOpenIncidents(this.#database, this.#clock.now())) this.#onChange(id);
  }

  /**
   * Writes down what somebody says about an incident. Saying again what stands already changes nothing.
   * @returns undefined when there is no such incident.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
   */
  async review(incidentId: string, request: ReviewRequest, by: string): Promise<Reviewed | undefined> {
    await this.#opened;
    const id = this.#newId();
    const at = this.#clock.now();
    const reviewed = await this.#database.query
      .transaction()
      .execute((transaction) => writeReview(transaction, incidentId, request, { id, by, at }));
    if (reviewed?.added === true) {
      this.#onChange(incidentId);
      if (reviewed.record.action === 'false-positive') this.#metrics.count('false_positive_reports_total');
    }
    if (reviewed !== undefined && isAnswer(request.action)) this.#onAnswer({ incidentId, by });
    return reviewed;
  }

  /** A page of incidents, newest first. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async list(request: ListRequest): Promise<StoredSummary[]> {
    await this.#opened;
    await this.#indexed;
    return await listIncidents(this.#database.query, request);
  }

  /** How incidents spread and how people answered. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async statistics(asked: StatisticsRequest): Promise<StoredStatistics> {
    return await readStatistics(this.#database.query, asked);
  }

  /** In how many incidents rules held. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async ruleCounts(rules: readonly RuleName[]): Promise<RuleCount[]> {
    return await countRules(this.#database.query, rules, this.#clock.now());
  }

  /** An incident with what people said about it: `whole`, or with as much of its parts as a list has. */
  async summary(id: string, extent: 'whole' | 'listed'): Promise<StoredSummary | undefined> {
    return await findSummary(this.#database.query, id, extent);
  }

  /** A piece of evidence and the absolute path of its file; undefined for an unknown id and for anything that is no id. */
  async find(id: string): Promise<{ item: EvidenceItem; file: string; site: string } | undefined> {
    if (!isEvidenceId(id)) return undefined;
    const row = await this.#database.query
      .selectFrom('media')
      .innerJoin('incidents', 'incidents.id', 'media.incident_id')
      .selectAll('media')
      .select('incidents.site')
      .where('media.id', '=', id)
      .executeTakeFirst();
    return row && { item: itemOf(row), file: this.#files.locate(row.file), site: row.site };
  }

  /** An incident as it stands now, with its signals and all its evidence. */
  async incident(id: string): Promise<Incident | undefined> {
    const { query } = this.#database;
    const row = await query.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    const signals = await query.selectFrom('signals').selectAll().where('incident_id', '=', id).orderBy('id').execute();
    const media = await query
      .selectFrom('media')
      .selectAll()
      .where('incident_id', '=', id)
      .orderBy('captured_at')
      .orderBy('created_at')
      .orderBy(sql`rowid`)
      .execute();
    return incidentOf(row, signals, media);
  }

  /** What must be done before the first record, and what may go on beside it. */
  async #tidyUp(now: number, log: Log): Promise<void> {
    const tell = (error: unknown): void => {
      log.warn(`What an earlier run left could not be put in order: ${String(error)}`);
    };
    await endOpenIncidents(this.#database, now).catch(tell);
    this.#indexed = enrolOlderIncidents(this.#database, now).catch(tell);
    await this.#files.removeOrphans(now, log).catch(tell);
    void sweepStrays(this.#database, this.#files, now, log).catch(tell);
  }

  async #record(incident: Incident, media: IncidentMedia): Promise<Recorded> {
    await this.#opened;
    const rows: Insertable<MediaRow>[] = [];
    let refused: SentinelError | undefined;
    for (const makeFile of mediaFiles(media)) {
      try {
        const file = makeFile();
        rows.push(await this.#write(incident, file));
        const thumbnail = await this.#thumbnails?.of(file, (small) => this.#write(incident, small));
        if (thumbnail !== undefined) rows.push(thumbnail);
      } catch (error) {
        refused ??= asSentinelError(error, 'ES_EVIDENCE_WRITE');
      }
    }
    if (refused !== undefined) this.#onRefused(refused);
    await this.#writeRows(incident, rows);
    for (const { type, bytes } of rows) this.#metrics.count('evidence_bytes_total', { type }, bytes);
    this.#onKept(incident);
    this.#onChange(incident.id);
    return { evidence: rows.map(itemOf), ...(refused === undefined ? {} : { refused }) };
  }

  async #writeRows(incident: Incident, rows: readonly Insertable<MediaRow>[]): Promise<void> {
    try {
      await this.#writing.write(incident, rows, this.#clock.now());
    } catch (error) {
      const written = rows.map(({ file }) => file);
      await removeStrays(this.#database, this.#files, written).catch(() => undefined);
      this.#onRefused(asSentinelError(error, 'ES_DATABASE'));
      throw error;
    }
  }

  async #write(
    incident: Incident,
    { type, rendition, mime, extension, bytes }: MediaFile,
  ): Promise<Insertable<MediaRow>> {
    const id = evidenceIdOf(this.#newId());
    const day = new Date(incident.capturedAt).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const sha256 = await digestOf(bytes);
    return {
      id,
      incident_id: incident.id,
      type,
      source: incident.source,
      rendition: rendition ?? null,
      mime,
      bytes: bytes.length,
      sha256,
      file: await this.#files.write(day, `${sha256}-${id}.${extension}`, bytes),
      captured_at: incident.capturedAt,
      created_at: this.#clock.now(),
    };
  }
}

/** SHA-256 in pieces of a few milliseconds: a clip must not hold the process up. */
async function digestOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += digestPiece) {
    if (at > 0) await turn();
    hash.update(bytes.subarray(at, at + digestPiece));
  }
  return hash.digest('hex');
}
