import type { StreamStatus } from '../contracts/messages.ts';

/** How one source is doing. */
export interface SourceHealth {
  source: string;
  area: string;
  status: string;
  detail: string;
  /** Epoch milliseconds since when the status holds. */
  since: number;
}

/** How one model is doing; `backend` is undefined while it is down. */
export interface ModelHealth {
  model: string;
  backend: string | undefined;
}

/** The latest word of every part of a Site, for the health route and for reporting a change once. */
export class HealthBoard {
  readonly #sources = new Map<string, SourceHealth>();
  readonly #models = new Map<string, ModelHealth>();
  #database: 'unused' | 'ok' | 'down' = 'unused';

  source(payload: StreamStatus): void {
    const { source, area, status, detail, capturedAt } = payload;
    const before = this.#sources.get(source);
    const since = before?.status === status ? before.since : capturedAt;
    this.#sources.set(source, { source, area, status, detail, since });
  }

  forgetSource(source: string): void {
    this.#sources.delete(source);
  }

  /** Notes whether a model runs. @returns true when that is news. */
  model(model: string, backend: string | undefined): boolean {
    const before = this.#models.get(model);
    this.#models.set(model, { model, backend });
    return before === undefined || (before.backend === undefined) !== (backend === undefined);
  }

  database(state: 'ok' | 'down'): void {
    this.#database = state;
  }

  report(): { sources: SourceHealth[]; models: ModelHealth[]; database: 'unused' | 'ok' | 'down' } {
    return { sources: [...this.#sources.values()], models: [...this.#models.values()], database: this.#database };
  }
}
