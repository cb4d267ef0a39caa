import { SentinelError } from '../contracts/errors.ts';

/** A burst of incidents must get through; what is more than this does not fit the memory of a small machine. */
const mostWaiting = 5000;
const mostBytesWaiting = 256 << 20;

/** Records one incident after the other, so that a burst of them takes one turn of the database at a time. */
export class RecordQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #bytes = 0;

  /**
   * @param bytes what the job keeps in memory until its turn is over.
   * @throws SentinelError ES_DATABASE when too much waits already; the job is not done then.
   */
  async add<T>(bytes: number, job: () => Promise<T>): Promise<T> {
    if (this.#waiting >= mostWaiting || (this.#waiting > 0 && this.#bytes + bytes > mostBytesWaiting)) {
      throw new SentinelError('ES_DATABASE', `The evidence store does not keep up: ${this.#waiting} incidents wait.`, {
        hint: 'Check the disk of the data folder, and whether a rule fires all the time.',
      });
    }
    this.#waiting += 1;
    this.#bytes += bytes;
    const work = this.#last.then(job);
    this.#last = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      this.#waiting -= 1;
      this.#bytes -= bytes;
    }
  }

  /** Resolves when everything that was added so far is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
