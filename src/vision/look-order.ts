/** Looks of a source that are under way, and the newest still picture, which waits for them. */
interface Course {
  looks: number;
  release: ((mayGoOn: boolean) => void) | undefined;
}

/**
 * Keeps what is said of a source in the order of its pictures: where nothing moves, that is known at once, while an
 * earlier picture is still being looked at. One still picture per source waits; the newest wins.
 */
export class LookOrder {
  /** Sources with a look under way. */
  readonly #courses = new Map<string, Course>();

  /** A newer picture has come: one that waits is given up. */
  arrived(source: string): void {
    const course = this.#courses.get(source);
    course?.release?.(false);
    if (course !== undefined) course.release = undefined;
  }

  /** Looks at a picture: still ones that come later wait for the outcome. */
  look<Outcome>(source: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const course = this.#courses.get(source) ?? { looks: 0, release: undefined };
    this.#courses.set(source, course);
    course.looks += 1;
    const outcome = work();
    const over = (): void => {
      course.looks -= 1;
      if (course.looks > 0) return;
      this.#courses.delete(source);
      course.release?.(true);
    };
    // After whoever asked for the look has its outcome.
    void Promise.allSettled([outcome]).then(over);
    return outcome;
  }

  /** Settles when no look is under way any more; undefined when none is; false: a newer picture has come meanwhile. */
  over(source: string): Promise<boolean> | undefined {
    const course = this.#courses.get(source);
    if (course === undefined) return undefined;
    return new Promise((resolve) => {
      course.release = resolve;
    });
  }
}
