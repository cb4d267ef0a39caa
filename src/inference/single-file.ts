/** So many callers may wait; beyond that they would only wait until whoever asked has gone. */
const mostWaiting = 16;

/** Works one thing after the other, in the order of asking, with a bounded queue. */
export class SingleFile {
  readonly #tooMany: () => Error;
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** @param tooMany What is thrown when the queue is full. */
  constructor(tooMany: () => Error) {
    this.#tooMany = tooMany;
  }

  /** @throws what `tooMany` gives, or what the work throws; a failed work does not hinder the next. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#unfinished > mostWaiting) throw this.#tooMany();
    this.#unfinished += 1;
    const result = this.#last.then(work).finally(() => {
      this.#unfinished -= 1;
    });
    this.#last = result.catch(() => undefined);
    return await result;
  }
}
