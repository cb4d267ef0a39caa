import type { NodeRed } from './node-red.ts';

/** One listener per Node-RED, however many nodes wait: Node.js warns of a leak from eleven on. */
const starts = new WeakMap<NodeRed['events'], Set<() => void>>();

function waitingFor(events: NodeRed['events']): Set<() => void> {
  const present = starts.get(events);
  if (present !== undefined) return present;
  const waiting = new Set<() => void>();
  starts.set(events, waiting);
  events.on('flows:started', () => {
    const started = [...waiting];
    waiting.clear();
    for (const finish of started) finish();
  });
  return waiting;
}

/**
 * While Node-RED builds a flow, its Catch nodes hear nothing yet. What a node has to report from its constructor
 * waits here until the flow runs.
 */
export class Starting {
  readonly #waiting: Set<() => void>;
  readonly #reports: (() => void)[] = [];
  #done = false;
  readonly #finish = (): void => {
    this.#done = true;
    for (const report of this.#reports.splice(0)) report();
  };

  constructor(events: NodeRed['events']) {
    this.#waiting = waitingFor(events);
    this.#waiting.add(this.#finish);
  }

  whenDone(report: () => void): void {
    if (this.#done) report();
    else this.#reports.push(report);
  }

  /** The node closes: what still waits is of no interest any more. */
  cancel(): void {
    this.#reports.length = 0;
    this.#waiting.delete(this.#finish);
  }
}
