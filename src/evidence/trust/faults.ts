/** Something that does not fit. */
export interface Fault {
  /** Such as `chain entry 17` or `media/4f…jpg`. */
  where: string;
  what: string;
}

const mostKept = 20;

/** The first faults in the order in which they were found, and how many there are. */
export class Faults {
  readonly first: Fault[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(where: string, what: string): void {
    this.#count += 1;
    if (this.first.length < mostKept) this.first.push({ where, what });
  }
}
