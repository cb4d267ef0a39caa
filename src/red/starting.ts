import type { NodeRed } from './node-red.ts';

/**
 * While Node-RED builds a flow, its Catch nodes hear nothing yet. What a node has to report from its constructor
 * waits here until the flow runs.
 */
export class Starting {
  readonly #RED: NodeRed;
  readonly #waiting: (() => void)[] = [];
  #done = false;
  readonly #finish = (): void => {
    this.#done = true;
    for (const report of this.#waiting.splice(0)) report();
  };

  constructor(RED: NodeRed) {
    this.#RED = RED;
    RED.events.once('flows:started', this.#finish);
  }

  whenDone(report: () => void): void {
    if (this.#done) report();
    else this.#waiting.push(report);
  }

  /** The node closes: what still waits is of no interest any more. */
  cancel(): void {
    this.#waiting.length = 0;
    this.#RED.events.removeListener('flows:started', this.#finish);
  }
}
