/** Limits how many pictures are rendered at a time: who finds no seat does without, since a newer picture comes soon. */
export class RenderSeats {
  #free: number;

  constructor(seats: number) {
    this.#free = seats;
  }

  /** @returns what gives the seat back, to be called once; undefined when none is free. */
  take(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free -= 1;
    return () => {
      this.#free += 1;
    };
  }
}
