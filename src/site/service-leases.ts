/** Node-RED closes and reopens all nodes of a deploy: what it shares outlives its last user by this long. */
export const graceMs = 10_000;
/** A service that could not be made is not tried again for every frame. */
const retryMs = 10_000;

interface Closable {
  close(): Promise<void>;
}

export interface ServiceLease<T> {
  /** The service, made on first use. @throws what making it threw, for ten seconds without trying again. */
  get(): T;
  /** Gives it back; calling it again does nothing. */
  release(): void;
}

interface Entry<T> {
  users: number;
  made: T | undefined;
  failure: { error: unknown; at: number } | undefined;
  disposal: NodeJS.Timeout | undefined;
}

/** Services that several nodes share by key, closed some seconds after their last user. */
export class ServiceLeases<T extends Closable> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #onClosed: (key: string) => void;
  readonly #closing = new Set<Promise<void>>();

  /** @param onClosed told when a service is gone. */
  constructor(onClosed: (key: string) => void = () => undefined) {
    this.#onClosed = onClosed;
  }

  lease(key: string, make: () => T): ServiceLease<T> {
    const entry = this.#entries.get(key) ?? { users: 0, made: undefined, failure: undefined, disposal: undefined };
    this.#entries.set(key, entry);
    clearTimeout(entry.disposal);
    entry.users += 1;
    let held = true;
    return {
      get: () => made(entry, make),
      release: () => {
        if (!held) return;
        held = false;
        entry.users -= 1;
        if (entry.users > 0) return;
        entry.disposal = setTimeout(() => {
          this.#dispose(key, entry);
        }, graceMs);
        entry.disposal.unref();
      },
    };
  }

  /** The service of a key, where it has been made. */
  made(key: string): T | undefined {
    return this.#entries.get(key)?.made;
  }

  /** Closes everything now. */
  async close(): Promise<void> {
    for (const [key, entry] of this.#entries) this.#dispose(key, entry);
    await Promise.all(this.#closing);
  }

  #dispose(key: string, entry: Entry<T>): void {
    clearTimeout(entry.disposal);
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    this.#onClosed(key);
    if (entry.made === undefined) return;
    // A service that cannot close is left behind: nothing waits for it.
    const closing: Promise<void> = entry.made
      .close()
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function made<T>(entry: Entry<T>, make: () => T): T {
  if (entry.made !== undefined) return entry.made;
  if (entry.failure !== undefined && performance.now() - entry.failure.at < retryMs) throw entry.failure.error;
  try {
    entry.made = make();
    entry.failure = undefined;
    return entry.made;
  } catch (error) {
    entry.failure = { error, at: performance.now() };
    throw error;
  }
}
