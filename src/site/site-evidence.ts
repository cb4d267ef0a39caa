import type { SiteHealth } from '../contracts/health.ts';
import { topicOf } from '../contracts/guards.ts';
import type { SentinelError } from '../contracts/errors.ts';
import type { Incident, WireMessage } from '../contracts/messages.ts';
import type { AuditNote } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import { EvidenceFiles } from '../evidence/evidence-files.ts';
import { EvidenceStore, type Answered } from '../evidence/evidence-store.ts';
import { heldIncidents } from '../evidence/retention/holds.ts';
import { Retention, type RetentionPlan } from '../evidence/retention/retention.ts';
import { isDiskFull, StorageWatch } from '../evidence/storage-watch.ts';
import { Sealing } from '../evidence/trust/sealing.ts';
import { thumbnailMaker } from '../vision/thumbnail.ts';
import type { IncidentExports } from './incident-exports.ts';
import type { Keeping } from './site-keeping.ts';
import type { SiteTools } from './site.ts';
import { Subscribers } from './subscribers.ts';

export interface SiteEvidenceOptions {
  /** The data folder. */
  folder: string;
  site: () => string;
  database: () => Promise<Database>;
  keeping: () => Keeping;
  /** What is on its way out takes room, too. */
  exports: Pick<IncidentExports, 'bytes' | 'sweep'>;
  /** Told of every incident that is kept. */
  onKept: (incident: Incident) => void;
  note: (entry: AuditNote) => void;
  newId: () => string;
  tools: SiteTools;
}

/** The evidence of a Site: its store, opened on first use, how it is sealed and how long it is kept, and whether there is room. */
export class SiteEvidence {
  /** Ids of incidents whose stored form changed. */
  readonly changes: Subscribers<string>;
  /** Who has answered to which incident, whether or not that was written down anew. */
  readonly answers: Subscribers<Answered>;
  /** What the site itself has to tell of its storage, as incidents for the flow. */
  readonly troubles: Subscribers<WireMessage<Incident>>;
  readonly #options: SiteEvidenceOptions;
  readonly #storage: StorageWatch;
  #store: Promise<EvidenceStore> | undefined;
  #sealing: Sealing | undefined;
  #retention: Retention | undefined;

  constructor(options: SiteEvidenceOptions) {
    this.#options = options;
    const { site, newId, tools } = options;
    const { clock, log } = tools;
    this.changes = new Subscribers(log);
    this.answers = new Subscribers(log);
    this.troubles = new Subscribers(log);
    this.#storage = new StorageWatch({ site, clock, newId }, (incident) => {
      this.#tellTrouble(incident);
    });
  }

  /** @throws SentinelError ES_DATABASE */
  async store(): Promise<EvidenceStore> {
    this.#store ??= this.#open();
    try {
      return await this.#store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  /** Whether there is room, and what evidence takes. */
  get room(): Pick<SiteHealth, 'storage' | 'kept'> {
    const found = this.#retention?.found;
    if (found === undefined) return { storage: this.#storage.state };
    const { mostBytes, leastFree } = this.#options.keeping();
    const kept = { ...found, mostBytes: Math.round(mostBytes), leastFree: Math.round(leastFree) };
    return { storage: this.#storage.state, kept };
  }

  /** What would go now, by the settings of the site. @throws SentinelError ES_DATABASE */
  async plan(): Promise<RetentionPlan> {
    await this.store();
    return (await this.#retention?.plan()) ?? { incidents: 0, files: 0, bytes: 0, tooMuch: 0, due: [] };
  }

  /** What nobody may delete. @throws SentinelError ES_DATABASE */
  async holds(): ReturnType<typeof heldIncidents> {
    return await heldIncidents((await this.#options.database()).query);
  }

  /** Nothing is kept or deleted any more. */
  async close(): Promise<void> {
    await this.#store?.catch(() => undefined);
    await this.#retention?.close();
  }

  /** Seals what is not sealed yet: after the database has written its last. */
  async closeSealing(): Promise<void> {
    await this.#sealing?.close();
  }

  async #open(): Promise<EvidenceStore> {
    const { folder, newId, exports, onKept, tools } = this.#options;
    const { clock, log } = tools;
    const onChange = (incidentId: string): void => {
      this.changes.tell(incidentId);
    };
    const onAnswer = (answered: Answered): void => {
      this.answers.tell(answered);
    };
    const onRefused = (error: SentinelError): void => {
      if (isDiskFull(error)) this.#storage.note(true);
    };
    const database = await this.#options.database();
    this.#sealing ??= new Sealing(folder, clock, log);
    this.#retention ??= this.#retain(database, onChange);
    void this.#retention.keepSettings();
    exports.sweep();
    const told = { onChange, onAnswer, onRefused, onKept };
    return new EvidenceStore({ database, folder, newId, thumbnails: thumbnailMaker, ...told, ...tools });
  }

  #retain(database: Database, onChange: (incidentId: string) => void): Retention {
    const { folder, newId, keeping, exports, note, tools } = this.#options;
    const { clock, log } = tools;
    return new Retention({
      ...{ database, folder, newId, onChange, clock, log },
      files: new EvidenceFiles(folder),
      settings: keeping,
      passing: () => exports.bytes,
      onCleared: ({ incidents, files, bytes }) => {
        const subject = `${incidents} incidents, ${files} files, ${bytes} bytes`;
        note({ by: 'retention', how: 'retention', action: 'evidence.remove', subject, at: clock.now() });
      },
      onState: (tooMuch) => {
        this.#storage.note(tooMuch > 0);
      },
    });
  }

  /** Kept, if that is possible, and handed to the flow in any case. */
  #tellTrouble(incident: Incident): void {
    const { log } = this.#options.tools;
    if (incident.phase === 'start') log.error(incident.explanation.join(' '));
    else log.info('There is room for evidence again.');
    this.troubles.tell({ topic: topicOf(incident), payload: incident });
    this.store()
      .then((store) => store.record(incident, {}))
      .catch(() => undefined);
  }
}
