import type { ZoneTime } from '../clock/zone-time.ts';
import type { Incident, IncidentSignal } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { seconds } from './explanation.ts';
import { IncidentRecord } from './incident-record.ts';
import type { Look } from './look.ts';
import { reasonOf, type Match } from './matching.ts';

/** How long after a start or an escalation the `evidence` message follows, so that sound after the event is in it. */
const postRollMs = 5000;

/**
 * An incident that only lesser things keep alive ends after so many quiet times: somebody who stays in view after an
 * alarm is then an incident of that lesser severity, and the next alarm is told anew.
 */
const fadeFactor = 10;

export interface CourseState {
  severity: number;
  reason: string;
  startedAt: number;
  area: string;
  areas: ReadonlySet<string>;
}

/** What becomes of a message besides being told. */
export interface Telling {
  /** How long it waits, in milliseconds, in which somebody may disarm. */
  delayMs: number;
  /** The rule counts no more: what waits is dropped. */
  abandoned?: true;
}

/** @returns `dropped` when nobody will ever hear of the incident. */
export type Tell = (incident: Incident, telling: Telling) => 'dropped' | undefined;

export interface CourseOptions {
  site: string;
  quietSeconds: number;
  clock: Clock;
  zone: ZoneTime;
  newId: () => string;
  /** Id of the fuse-severity that judges. */
  node?: string;
  /** How long what a rule finds waits before it is told, in milliseconds. */
  delayMs: (match: Match) => number;
  /** For what lasts, such as a camera that is away. */
  lasting?: Lasting;
}

export interface Lasting {
  /** Whether it does so now: it keeps the incident open by itself. */
  goesOn: () => boolean;
  /** Whether that is so of one of its signals. */
  holds: (signal: Pick<IncidentSignal, 'kind' | 'label' | 'source'>) => boolean;
}

/** The area in which something is seen or heard, and what is to be said of it. */
export interface Voice {
  area: string;
  /** What the explanation says of rules that a match falls short of. */
  heldBack: (match: Match) => string[];
  /** Sounds that belong to the start of an incident. */
  soundsNear: (match: Match) => Look[];
}

type Cancel = () => void;

/** One incident after the other: each is started by a match, fed, raised, told, and ended when it was quiet for long enough. */
export class IncidentCourse {
  readonly #options: CourseOptions;
  readonly #emit: Tell;
  #incident: IncidentRecord | undefined;
  /** When a rule last held (epoch time for people), and until when that keeps the incident open (monotonic clock). */
  #fed = { at: 0, openUntil: 0, fadesAt: 0 };
  #quietTimer: Cancel | undefined;
  #evidenceTimer: Cancel | undefined;

  constructor(options: CourseOptions, emit: Tell) {
    this.#options = options;
    this.#emit = emit;
  }

  get isOpen(): boolean {
    return this.#incident !== undefined;
  }

  /** How the open incident stands: the area of its reason, and all areas that are part of it. */
  get state(): CourseState | undefined {
    if (this.#incident === undefined) return undefined;
    const { best, startedAt, area, areas } = this.#incident;
    return { severity: best.severity, reason: reasonOf(best), startedAt, area, areas };
  }

  /**
   * Starts, feeds or raises the incident, with the gravest match first; a message leaves only when it has news.
   * @param via The area of the incident next to which the voice speaks, when it joins.
   */
  judge(matches: readonly Match[], look: Look | undefined, voice: Voice, via?: string): void {
    const [best] = matches;
    if (best === undefined) {
      if (look !== undefined) this.#incident?.noteLook(look);
      return;
    }
    const { area, heldBack, soundsNear } = voice;
    const incident = this.#incident ?? this.#start(best, voice);
    const isStart = incident !== this.#incident;
    this.#incident = incident;
    this.#feed(best.severity >= incident.best.severity);
    const joins = via !== undefined && incident.join(area, via, best);
    const isOther = incident.shouldStandOn(best, area);
    if (isOther) incident.standOn(best, area, heldBack(best));
    else incident.strengthen(matches, area);
    const isNews = incident.note(matches, look);
    const heard = isStart ? soundsNear(best) : [look];
    for (const near of heard) if (near !== undefined) incident.noteLook(near);
    if (isStart || isOther) this.#promiseEvidence();
    if (isStart || isOther || isNews || joins) this.#tell(incident, incident.message(isStart ? 'start' : 'update'));
  }

  /** Notes that what lasts has lasted until now. */
  feedWhileLasting(): void {
    const { lasting, clock } = this.#options;
    if (this.#incident === undefined || lasting?.goesOn() !== true) return;
    this.#feed(true);
    this.#incident.noteLasting(clock.now(), lasting.holds);
  }

  /** The rule that the open incident stands on. */
  get best(): Match | undefined {
    return this.#incident?.best;
  }

  /**
   * Ends the open incident, whose rule counts no more.
   * @returns what it stood on, when it was waiting and nobody will hear of it.
   */
  abandon(why: string): Match | undefined {
    const incident = this.#incident;
    if (incident === undefined) return undefined;
    return this.#end(incident, why, true) === 'dropped' ? incident.best : undefined;
  }

  /** Ends the open incident now, and all timers. */
  close(why: string): void {
    if (this.#incident !== undefined) this.#end(this.#incident, why);
  }

  #start(best: Match, { area, heldBack }: Voice): IncidentRecord {
    const { site, newId, clock, zone, node } = this.#options;
    this.#quietTimer = clock.after(this.#quietMs, () => {
      this.#checkQuiet();
    });
    return new IncidentRecord(
      { id: newId(), site, area, zone, ...(node === undefined ? {} : { node }) },
      best,
      heldBack(best),
    );
  }

  get #quietMs(): number {
    return this.#options.quietSeconds * 1000;
  }

  #feed(isOfItsSeverity: boolean): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const fadesAt = isOfItsSeverity ? now + this.#quietMs * fadeFactor : this.#fed.fadesAt;
    this.#fed = { at: clock.now(), openUntil: Math.min(now + this.#quietMs, fadesAt), fadesAt };
  }

  /** One timer for the whole incident: it looks whether it was quiet long enough and else waits for the rest. */
  #checkQuiet(): void {
    if (this.#incident === undefined) return;
    this.feedWhileLasting();
    const { clock } = this.#options;
    const rest = this.#fed.openUntil - clock.monotonic();
    if (rest <= 0) {
      this.#end(this.#incident, this.#whyQuiet(this.#incident));
      return;
    }
    this.#quietTimer = clock.after(rest, () => {
      this.#checkQuiet();
    });
  }

  /** After an escalation the wait begins anew: one message then holds the sound after both. */
  #promiseEvidence(): void {
    this.#evidenceTimer?.();
    this.#evidenceTimer = this.#options.clock.after(postRollMs, () => {
      this.#tellEvidence();
    });
  }

  #tellEvidence(): void {
    if (this.#incident === undefined || this.#evidenceTimer === undefined) return;
    this.#evidenceTimer();
    this.#evidenceTimer = undefined;
    this.#tell(this.#incident, this.#incident.message('evidence', this.#options.clock.now()));
  }

  #whyQuiet({ best }: IncidentRecord): string {
    const { at, openUntil, fadesAt } = this.#fed;
    const { severity } = best;
    if (this.#options.lasting !== undefined) return `Ended: it lasted until ${this.#options.zone.clock(at)}.`;
    return openUntil < fadesAt
      ? `Ended: nothing new since ${this.#options.zone.clock(at)}.`
      : `Ended: nothing of severity ${severity} for ${seconds(this.#quietMs * fadeFactor)}; what is left is judged anew.`;
  }

  #tell(incident: IncidentRecord, message: Incident, abandoned = false): ReturnType<Tell> {
    const delayMs = this.#options.delayMs(incident.best);
    return this.#emit(message, abandoned ? { delayMs, abandoned } : { delayMs });
  }

  #end(incident: IncidentRecord, why: string, abandoned = false): ReturnType<Tell> {
    try {
      this.#tellEvidence();
    } finally {
      this.#quietTimer?.();
      this.#incident = undefined;
    }
    const end = incident.message('end', this.#options.clock.now(), { at: this.#fed.at, why });
    return this.#tell(incident, end, abandoned);
  }
}
