import type { Terminal } from './command.ts';

const barWidth = 24;
const redrawMs = 200;
const erase = '\r\u001b[K';

/** Shows how far a download is: one line that changes on a screen, a line for every tenth elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #now: () => number;
  #drawnAt = -Infinity;
  #tenth = 0;

  constructor(title: string, terminal: Terminal, now: () => number) {
    this.#title = title;
    this.#terminal = terminal;
    this.#now = now;
  }

  show(there: number, bytes: number): void {
    const share = there / bytes;
    if (this.#terminal.live === true) {
      if (there < bytes && this.#now() - this.#drawnAt < redrawMs) return;
      this.#drawnAt = this.#now();
      const full = Math.floor(share * barWidth);
      const bar = '#'.repeat(full) + '.'.repeat(barWidth - full);
      const line = `${this.#title} [${bar}] ${Math.floor(share * 100)} % of ${megabytes(bytes)}`;
      this.#terminal.print(erase + line.slice(0, this.#terminal.width - 1));
      return;
    }
    const tenth = Math.floor(share * 10);
    if (tenth <= this.#tenth) return;
    this.#tenth = tenth;
    this.#terminal.print(`${this.#title}: ${tenth * 10} % of ${megabytes(bytes)}\n`);
  }

  /** A line of its own; the bar goes on below it. */
  say(line: string): void {
    this.#terminal.print(`${this.#terminal.live === true ? erase : ''}${line}\n`);
  }
}

/** For people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
