import type { AccountHealth, ModelHealth, SourceHealth } from '../contracts/health.ts';
import type { StreamStatus } from '../contracts/messages.ts';

/** The latest word of every source and model of a Site, for the health route. */
export class HealthBoard {
  readonly #sources = new Map<string, SourceHealth>();
  /** Told of every change of the status of a source. */
  readonly changes = new Set<(source: SourceHealth) => void>();
  /** Told when a source comes, goes, or becomes another one: in another area, or of another kind. */
  readonly members = new Set<() => void>();
  readonly #models = new Map<string, ModelHealth>();
  readonly #accounts = new Map<string, AccountHealth>();

  /**
   * @param node the rtsp-in or mic-in node that says so: two may watch one source.
   * @param stored whether it is a stream of the store.
   */
  source(node: string, type: SourceHealth['type'], payload: StreamStatus, stored = false): void {
    const { source, area, status, detail, capturedAt } = payload;
    const before = this.#sources.get(node);
    const since = before?.status === status ? before.since : capturedAt;
    const now = { source, area, type, status, detail, since, ...(stored ? { stored } : {}) };
    this.#sources.set(node, now);
    if (before?.status !== status) for (const tell of this.changes) tell(now);
    if (before?.source !== source || before.area !== area || before.type !== type) this.#tellMembers();
  }

  forgetSource(node: string): void {
    if (this.#sources.delete(node)) this.#tellMembers();
  }

  #tellMembers(): void {
    for (const tell of this.members) tell();
  }

  /** Notes that a model runs on a backend, or with undefined that it is down. */
  model(model: string, backend: string | undefined): void {
    const before = this.#models.get(model);
    this.#models.set(model, { model, backend: backend ?? before?.backend ?? '', ok: backend !== undefined });
  }

  forgetModel(model: string): void {
    this.#models.delete(model);
  }

  /** Notes how an account does that tells people. */
  account(health: AccountHealth): void {
    this.#accounts.set(health.account, health);
  }

  forgetAccount(account: string): void {
    this.#accounts.delete(account);
  }

  get accounts(): AccountHealth[] {
    return [...this.#accounts.values()];
  }

  get sources(): SourceHealth[] {
    return [...this.#sources.values()];
  }

  get models(): ModelHealth[] {
    return [...this.#models.values()];
  }
}
