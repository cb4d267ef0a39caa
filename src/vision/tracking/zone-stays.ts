/** What an object did in a zone; told once each. */
export interface ZoneEvent {
  what: 'zone-enter' | 'zone-leave' | 'loiter';
  zone: string;
  /** How long it has been, or was, in the zone. */
  dwellMs: number;
}

/** An object is over a border when this many looks in a row say so: feet tremble on it. */
const borderLooks = 2;

interface Stay {
  inside: boolean;
  since: number;
  /** Looks in a row that say otherwise, and when the first of them was. */
  doubts: number;
  doubtedAt: number;
  loitered: boolean;
}

/** In which zones one object stays, and for how long. There are as many as its camera has zones. */
export class ZoneStays {
  readonly #loiterMs: number;
  readonly #stays = new Map<string, Stay>();
  #isFirst = true;

  /** @param loiterMs Whoever stays longer loiters; 0: nobody does. */
  constructor(loiterMs: number) {
    this.#loiterMs = loiterMs;
  }

  /** Seconds for which it has been in each zone that it is in. */
  dwellAt(at: number): Record<string, number> {
    const inside = [...this.#stays].filter(([, stay]) => stay.inside);
    return Object.fromEntries(inside.map(([zone, { since }]) => [zone, Math.round((at - since) / 100) / 10]));
  }

  /**
   * @param zones Those in which this look shows it.
   * @param near Those whose border it is so close to that it is not said to leave them.
   */
  see(zones: readonly string[], at: number, near: readonly string[] = []): ZoneEvent[] {
    const events = [...new Set([...zones, ...this.#stays.keys()])].flatMap((zone) => {
      const stays = this.#stays.get(zone)?.inside === true && near.includes(zone);
      return this.#judge(zone, stays || zones.includes(zone), at);
    });
    this.#isFirst = false;
    return events;
  }

  /** It is gone: it leaves whatever it was in. */
  end(at: number): ZoneEvent[] {
    return [...this.#stays].flatMap(([zone, { inside, since }]) =>
      inside ? [{ what: 'zone-leave' as const, zone, dwellMs: at - since }] : [],
    );
  }

  #judge(zone: string, isIn: boolean, at: number): ZoneEvent[] {
    const stay = this.#stays.get(zone) ?? { inside: false, since: at, doubts: 0, doubtedAt: at, loitered: false };
    this.#stays.set(zone, stay);
    const events: ZoneEvent[] = [];
    if (stay.inside === isIn) stay.doubts = 0;
    else {
      if (stay.doubts === 0) stay.doubtedAt = at;
      stay.doubts += 1;
      // Where it is when it comes into being is not doubted: it was confirmed.
      if (stay.doubts >= borderLooks || this.#isFirst) events.push(this.#cross(zone, stay));
    }
    const dwellMs = at - stay.since;
    if (stay.inside && !stay.loitered && this.#loiterMs > 0 && dwellMs >= this.#loiterMs) {
      stay.loitered = true;
      events.push({ what: 'loiter', zone, dwellMs });
    }
    if (!stay.inside && stay.doubts === 0) this.#stays.delete(zone);
    return events;
  }

  #cross(zone: string, stay: Stay): ZoneEvent {
    const dwellMs = stay.inside ? stay.doubtedAt - stay.since : 0;
    Object.assign(stay, { inside: !stay.inside, since: stay.doubtedAt, doubts: 0 });
    return { what: stay.inside ? 'zone-enter' : 'zone-leave', zone, dwellMs };
  }
}
