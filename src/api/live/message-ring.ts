/** How many messages can be read again after a broken connection, and how much memory they take at most. */
const mostMessages = 500;
const mostCharacters = 4 << 20;

/** The newest messages, numbered without a gap. */
export class MessageRing {
  readonly #messages: string[] = [];
  #characters = 0;
  #seq = 0;

  /** Number of the newest message; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** @param make the text of the message that gets this number. */
  add(make: (seq: number) => string): string {
    this.#seq += 1;
    const message = make(this.#seq);
    this.#messages.push(message);
    this.#characters += message.length;
    while (this.#messages.length > mostMessages || this.#characters > mostCharacters) {
      this.#characters -= this.#messages.shift()?.length ?? 0;
    }
    return message;
  }

  /** The messages after a number; undefined when some of them are gone, or that number was never given. */
  after(seq: number): readonly string[] | undefined {
    const missed = this.#seq - seq;
    if (missed < 0 || missed > this.#messages.length) return undefined;
    return this.#messages.slice(this.#messages.length - missed);
  }
}
