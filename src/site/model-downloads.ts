import { setTimeout as delay } from 'node:timers/promises';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { ModelDownload } from '../contracts/model-download.ts';
import type { Clock } from '../contracts/ports.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { catalogEntries, isByHand, isDownloadable, type DownloadableEntry } from '../inference/catalog.ts';
import type { ModelTask } from '../inference/model-description.ts';
import { modelsFolder } from '../inference/models-folder.ts';
import { pullModel } from '../inference/pulled-models.ts';

export interface DownloadOptions {
  /** Models that may be asked for. */
  entries: () => readonly DownloadableEntry[];
  /** Where they go. */
  folder: () => string;
  clock: Clock;
}

/** Downloads models for who presses a button: each once at a time, and told by what it has come to. */
export class ModelDownloads {
  readonly #options: DownloadOptions;
  readonly #downloads = new Map<string, ModelDownload>();

  constructor(options: DownloadOptions) {
    this.#options = options;
  }

  /** @throws SentinelError ES_MODEL_MISSING */
  of(id: string): ModelDownload {
    const { bytes, made } = this.#entry(id).download;
    return this.#downloads.get(id) ?? { state: 'idle', there: 0, bytes: made?.bytes ?? bytes };
  }

  /**
   * Begins, unless it runs already; what becomes of it `of` tells.
   * @throws SentinelError ES_MODEL_MISSING
   */
  begin(id: string): ModelDownload {
    const entry = this.#entry(id);
    const before = this.of(id);
    if (before.state === 'running') return before;
    const download: ModelDownload = { state: 'running', there: 0, bytes: before.bytes };
    this.#downloads.set(id, download);
    void this.#pull(entry, download);
    return download;
  }

  /** Never rejects. */
  async #pull(entry: DownloadableEntry, download: ModelDownload): Promise<void> {
    const { folder, clock } = this.#options;
    try {
      await pullModel(entry, folder(), {
        clock,
        signal: new AbortController().signal,
        pause: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
        onProgress: (there, bytes) => {
          Object.assign(download, { there, bytes });
        },
        tell: (said) => {
          download.said = said;
        },
      });
      delete download.said;
      Object.assign(download, { state: 'done', there: download.bytes } satisfies Partial<ModelDownload>);
    } catch (thrown) {
      const { message, hint } = asSentinelError(thrown, 'ES_DOWNLOAD_FAILED');
      const said = hint === undefined ? message : `${message} ${hint}`;
      Object.assign(download, { state: 'failed', said } satisfies Partial<ModelDownload>);
    }
  }

  #entry(id: string): DownloadableEntry {
    const entry = this.#options.entries().find((one) => one.id === id);
    if (entry !== undefined) return entry;
    throw new SentinelError('ES_MODEL_MISSING', `No model "${id}" can be downloaded here.`);
  }
}

/**
 * What a dialog asks to get a model of the catalogue, `model` its id: `pull` begins, `pulling` tells how it goes. It opens
 * connections and writes a file, so only who may change flows is answered.
 */
export function downloadAnswers(task: ModelTask) {
  const entries = (): DownloadableEntry[] =>
    catalogEntries().filter(
      (entry): entry is DownloadableEntry => isDownloadable(entry) && !isByHand(entry) && entry.task === task,
    );
  const downloads = new ModelDownloads({ entries, folder: () => modelsFolder(), clock: new SiteClock() });
  const idIn = (query: URLSearchParams): string => query.get('model') ?? '';
  return {
    pull: { write: (query: URLSearchParams) => downloads.begin(idIn(query)) },
    pulling: { write: (query: URLSearchParams) => downloads.of(idIn(query)) },
  };
}
