import type { StatusLook } from './node-red.ts';

/** At most two updates a second reach the editor. */
const intervalMs = 500;

/** Letters of a sentence that fit under a node. */
const longest = 80;

/** The beginning of a long sentence: whole words, and a sign that more was said. */
export function shortened(sentence: string): string {
  if (sentence.length <= longest) return sentence;
  return `${sentence.slice(0, longest - 1).replace(/\s+\S*$/, '')}…`;
}

/**
 * Shows the latest status of a node, never more often than twice a second and never the same one twice; from `begin` on,
 * since Status nodes hear nothing while Node-RED still builds the flow.
 */
export class StatusLine {
  readonly #show: (look: StatusLook) => void;
  #shown = '';
  #waiting: StatusLook | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: 'building' | 'open' | 'closed' = 'building';

  constructor(show: (look: StatusLook) => void) {
    this.#show = show;
  }

  begin(): void {
    if (this.#state !== 'building') return;
    this.#state = 'open';
    const first = this.#waiting;
    this.#waiting = undefined;
    if (first !== undefined) this.set(first);
  }

  /** Does nothing once it is closed: what ends late must not write over the status of the node that took over. */
  set(look: StatusLook): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'building' || this.#timer !== undefined) {
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
    this.#state = 'closed';
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
