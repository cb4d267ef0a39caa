import type { ModelHealth, SourceHealth } from '../contracts/health.ts';
import type { StreamStatus } from '../contracts/messages.ts';

/** The latest word of every source and model of a Site, for the health route and for reporting a change once. */
export class HealthBoard {
  readonly #sources = new Map<string, SourceHealth>();
  readonly #models = new Map<string, ModelHealth>();

  source(payload: StreamStatus): void {
    const { source, area, status, detail, capturedAt } = payload;
    const before = this.#sources.get(source);
    const since = before?.status === status ? before.since : capturedAt;
    this.#sources.set(source, { source, area, status, detail, since });
  }

  forgetSource(source: string): void {
    this.#sources.delete(source);
  }

  /** Notes that a model runs on a backend, or with undefined that it is down. @returns true when that is news. */
  model(model: string, backend: string | undefined): boolean {
    const before = this.#models.get(model);
    const ok = backend !== undefined;
    this.#models.set(model, { model, backend: backend ?? before?.backend ?? '', ok });
    return before?.ok !== ok;
  }

  get sources(): SourceHealth[] {
    return [...this.#sources.values()];
  }

  get models(): ModelHealth[] {
    return [...this.#models.values()];
  }
}
