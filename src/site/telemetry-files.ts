import { appendFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SiteHealth } from '../contracts/health.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { packageVersion } from '../process/package-files.ts';
import type { StoredSummary } from '../evidence/incident-list.ts';

const statusEveryMs = 5000;
const mostEventBytes = 5_000_000;
/** Changes of a storm: more than these waiting are left out. */
const mostWaiting = 200;

export interface TelemetryFilesOptions {
  /** The data folder. */
  folder: string;
  clock: Clock;
  log: Log;
  report: () => Promise<SiteHealth>;
  incident: (id: string) => Promise<StoredSummary | undefined>;
}

/** Writes how a site does into files, for programs that read files: `status.json` and `events.jsonl`. Off until it is enabled. */
export class TelemetryFiles {
  readonly #options: TelemetryFilesOptions;
  readonly #folder: string;
  readonly #startedAt: number;
  #enabled = false;
  #cancel: () => void = () => undefined;
  #working: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<string>();
  #failing = false;

  constructor(options: TelemetryFilesOptions) {
    this.#options = options;
    this.#folder = join(options.folder, 'telemetry');
    this.#startedAt = options.clock.monotonic();
  }

  set enabled(enabled: boolean) {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#cancel();
    if (enabled) this.#writeStatus();
  }

  /** An incident changed. Several changes before it is its turn are one line. */
  note(incidentId: string): void {
    if (!this.#enabled || this.#waiting.size >= mostWaiting || this.#waiting.has(incidentId)) return;
    this.#waiting.add(incidentId);
    this.#do(async () => {
      this.#waiting.delete(incidentId);
      const incident = await this.#options.incident(incidentId);
      if (incident !== undefined) await this.#append(lineOf(incident, this.#options.clock.now()));
    });
  }

  async close(): Promise<void> {
    this.enabled = false;
    await this.#working;
  }

  #writeStatus(): void {
    this.#do(async () => {
      if (this.#enabled) await this.#replace('status.json', await this.#status());
    });
    this.#cancel = this.#options.clock.after(statusEveryMs, () => {
      this.#writeStatus();
    });
  }

  async #status(): Promise<string> {
    const { clock, report } = this.#options;
    const uptimeSeconds = Math.round((clock.monotonic() - this.#startedAt) / 1000);
    const about = { at: new Date(clock.now()).toISOString(), uptimeSeconds, version: packageVersion() };
    return `${JSON.stringify({ ...about, ...(await report()) }, null, 1)}\n`;
  }

  async #append(line: string): Promise<void> {
    const file = join(this.#folder, 'events.jsonl');
    await this.#makeFolder();
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size + Buffer.byteLength(line) > mostEventBytes) await rename(file, join(this.#folder, 'events.1.jsonl'));
    await appendFile(file, line, { mode: 0o600 });
  }

  /** Whoever reads it finds a whole one. */
  async #replace(name: string, text: string): Promise<void> {
    const draft = join(this.#folder, `${name}.new`);
    await this.#makeFolder();
    try {
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, join(this.#folder, name));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Never the data folder itself: its disk may be away. */
  async #makeFolder(): Promise<void> {
    await mkdir(this.#folder, { mode: 0o700 }).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }

  #do(work: () => Promise<void>): void {
    this.#working = this.#working.then(work).then(
      () => {
        this.#failing = false;
      },
      (error: unknown) => {
        if (!this.#failing) this.#options.log.warn(`Telemetry files cannot be written: ${String(error)}`);
        this.#failing = true;
      },
    );
  }
}

function lineOf(incident: StoredSummary, now: number): string {
  const { id, site, area, source, severity, label, reason, confidence, startedAt, endedAt, review } = incident;
  const about = { at: new Date(now).toISOString(), event: endedAt === undefined ? 'incident' : 'incident_ended' };
  const said = { ...about, id, site, area, source, severity, label, reason, confidence, startedAt, endedAt };
  return `${JSON.stringify({ ...said, review: review.state })}\n`;
}
