import type { StatusLook } from './node-red.ts';

/** At most two updates a second reach the editor. */
const intervalMs = 500;

/** Shows the latest status of a node, never more often than twice a second and never the same one twice. */
export class StatusLine {
  readonly #show: (look: StatusLook) => void;
  #shown = '';
  #waiting: StatusLook | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(show: (look: StatusLook) => void) {
    this.#show = show;
  }

  set(look: StatusLook): void {
    if (this.#timer !== undefined) {
      this.#waiting = look;
      return;
    }
    this.#put(look);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.set(next);
    }, intervalMs);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #put(look: StatusLook): void {
    const key = JSON.stringify(look);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#show(look);
  }
}
