import { Confirmer, type Confirmed } from '../../confirmation/confirmer.ts';
import type { DetectedObject } from '../../contracts/messages.ts';
import { BoxCourse } from './box-course.ts';
import { Rest } from './rest.ts';

export interface TrackRules {
  /** An object is one when `n` of the last `of` looks showed it. */
  confirmation: { n: number; of: number };
  /** How long it is remembered while nothing shows it. */
  keepMs: number;
}

/** Looks that `seen` counts: enough for the rules of a fusion, which ask for a few of the last ones. */
const countedLooks = 5;
/** What only ever shows weakly for this long is no longer believed to be there. */
const weakMs = 10_000;

/** One object through the looks of its source. Times are milliseconds on the tracker's clock. */
export class Track {
  readonly label: string;
  /** Epoch time at which it was first seen. */
  readonly since: number;
  readonly #rules: TrackRules;
  readonly #confirmer: Confirmer;
  readonly #looks: Confirmer;
  readonly #rest: Rest;
  #course: BoxCourse;
  #seenAt: number;
  #strongAt: number;
  #seen: Confirmed;
  #missed = 0;
  #id: string | undefined;

  constructor(first: DetectedObject, at: number, since: number, aspect: number, rules: TrackRules) {
    this.label = first.label;
    this.since = since;
    this.#rules = rules;
    this.#confirmer = new Confirmer(rules.confirmation);
    this.#looks = new Confirmer({ n: 1, of: Math.max(countedLooks, rules.confirmation.of) });
    this.#course = BoxCourse.start(first.box, aspect);
    this.#rest = new Rest(this.#course, at);
    this.#seenAt = at;
    this.#strongAt = at;
    this.#confirmer.add(at, true);
    this.#seen = this.#looks.add(at, true);
  }

  /** What the outside knows it by; undefined until enough looks showed it. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Looks that showed it, of the last how many. */
  get seen(): { n: number; of: number } {
    return { n: this.#seen.n, of: this.#seen.of };
  }

  /** Undefined until it is known. */
  get moving(): boolean | undefined {
    return this.#rest.moving;
  }

  /** In reaches a second; undefined until it is known whether it moves. What stands still only trembles. */
  get speed(): number | undefined {
    const { moving } = this;
    return moving === undefined ? undefined : moving ? this.#course.speed : 0;
  }

  /** When a look last showed it. */
  get seenAt(): number {
    return this.#seenAt;
  }

  /** Its size, see box-course.ts. */
  get reach(): number {
    return this.#course.reach;
  }

  /** Whether the last look showed it. */
  get isInView(): boolean {
    return this.#missed === 0;
  }

  /** Where it should be by now. */
  expectedAt(at: number): BoxCourse {
    return this.#course.after((at - this.#seenAt) / 1000);
  }

  /** @param newId is asked once, when it is confirmed. */
  see(object: DetectedObject, at: number, isStrong: boolean, newId: () => string): void {
    this.#course = this.expectedAt(at).corrected(object.box);
    this.#rest.see(this.#course, at);
    this.#seenAt = at;
    if (isStrong) this.#strongAt = at;
    this.#missed = 0;
    this.#count(at, true, newId);
  }

  /** Names it at once when one look is enough. */
  confirm(newId: () => string): void {
    if (this.#confirmer.state.holds) this.#id ??= newId();
  }

  miss(at: number): void {
    this.#missed += 1;
    this.#count(at, false);
  }

  /** A single missed look ends nothing, however far apart the looks are. */
  isOver(at: number): boolean {
    if (this.#id === undefined) {
      const { n, of } = this.#rules.confirmation;
      return this.#missed > of - n;
    }
    if (at - this.#strongAt > weakMs + this.#rules.keepMs) return true;
    return this.#missed > 1 && at - this.#seenAt > this.#rules.keepMs;
  }

  #count(at: number, shows: boolean, newId?: () => string): void {
    this.#seen = this.#looks.add(at, shows);
    this.#confirmer.add(at, shows);
    if (newId !== undefined) this.confirm(newId);
  }
}
