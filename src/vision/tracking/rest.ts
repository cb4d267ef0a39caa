import type { BoxCourse } from './box-course.ts';

/** Whoever goes less far than this (in reaches, see box-course.ts) within this time stands still: a box trembles by less. */
const stillReach = 0.2;
const stillMs = 2000;

interface Place {
  x: number;
  y: number;
  reach: number;
}

/** Whether something stays where it is. */
export class Rest {
  #anchor: Place;
  #since: number;
  #moving: boolean | undefined;

  constructor(course: BoxCourse, at: number) {
    this.#anchor = placeOf(course);
    this.#since = at;
  }

  /** Undefined until it has gone somewhere, or stayed long enough. */
  get moving(): boolean | undefined {
    return this.#moving;
  }

  see(course: BoxCourse, at: number): void {
    const place = placeOf(course);
    const { x, y, reach } = this.#anchor;
    if (Math.hypot((place.x - x) * course.aspect, place.y - y) > stillReach * Math.max(place.reach, reach)) {
      this.#anchor = place;
      this.#since = at;
      this.#moving = true;
    } else if (at - this.#since >= stillMs) this.#moving = false;
  }
}

/** The foot: it stays when somebody bends, and when a desk hides the legs the box loses it at most once. */
function placeOf(course: BoxCourse): Place {
  const { x, y, width, height } = course.box;
  return { x: x + width / 2, y: y + height, reach: course.reach };
}
