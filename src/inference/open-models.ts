import type { ExecutionProvider } from '../contracts/configs.ts';
import type { ModelDescription } from './model-description.ts';
import type { WorkerService } from './worker-port.ts';

/** A model, and what it is wanted to run on. */
export interface Opening {
  model: ModelDescription;
  provider: ExecutionProvider;
}

/** What a worker of many models is told: each of them goes by the key under which it was opened. */
export type WorkerOrder = { open: number; opening: Opening } | { key: number; request: unknown } | { close: number };

/** What a worker says of a model that it opened. */
export interface Opened {
  /** How many requests to the model take less time together. */
  atOnce: number;
}

/** The models that one worker thread has open. */
export class OpenModels implements WorkerService<WorkerOrder, unknown> {
  readonly #open: (opening: Opening) => Promise<WorkerService<unknown, unknown>>;
  readonly #services = new Map<number, WorkerService<unknown, unknown>>();

  constructor(open: (opening: Opening) => Promise<WorkerService<unknown, unknown>>) {
    this.#open = open;
  }

  /** Requests to one model are asked together, as many as it wants. */
  together(orders: readonly WorkerOrder[]): number {
    const [first] = orders;
    if (first === undefined || !('key' in first)) return 1;
    const other = orders.findIndex((order) => !('key' in order) || order.key !== first.key);
    return Math.min(this.#services.get(first.key)?.atOnce ?? 1, other === -1 ? orders.length : other);
  }

  /** @returns the service's answer; `Opened` for opening, nothing for closing. */
  async answer(order: WorkerOrder): Promise<unknown> {
    if ('open' in order) {
      const service = await this.#open(order.opening);
      this.#services.set(order.open, service);
      return { atOnce: service.atOnce ?? 1 } satisfies Opened;
    }
    if ('close' in order) {
      const service = this.#services.get(order.close);
      this.#services.delete(order.close);
      await service?.release();
      return undefined;
    }
    const service = this.#services.get(order.key);
    if (service === undefined) throw new Error('The model is not open in this worker.');
    return await service.answer(order.request);
  }

  async release(): Promise<void> {
    for (const service of this.#services.values()) await service.release();
    this.#services.clear();
  }
}
