import { sunAt } from '../clock/sun.ts';
import { ZoneTime } from '../clock/zone-time.ts';
import type { ArmingChange, Incident } from '../contracts/messages.ts';
import { disarmed } from '../contracts/modes.ts';
import { Area, type AreaTools, type FusionInput, type FusionOptions } from './area.ts';
import { Duty, type WhyUntold } from './duty.ts';
import { EntryDelay } from './entry-delay.ts';
import type { Tell } from './incident-course.ts';
import { RateCap } from './rate-cap.ts';
import { RuleBook } from './rule-book.ts';
import { refuseUnusable } from './rule-check.ts';
import { neighboursOf, Stories } from './stories.ts';

export type { FusionInput, FusionOptions } from './area.ts';

/** Areas at a time; the one that was silent longest makes room, its incident ended. */
const areaLimit = 256;

/**
 * Turns signals into incidents, one at a time per area, and one for each source whose state (such as "offline") lasts.
 * All rules are judged with every signal, by capture time;
 * the gravest one names the incident, and severity never falls while it lasts. Same input and clock, same incidents:
 * recorded signals can be replayed. Until it is told a mode (`arming`), the site is armed as `away`.
 */
export class FusionEngine {
  readonly #options: FusionOptions;
  readonly #tools: AreaTools;
  readonly #delay: EntryDelay;
  readonly #cap: RateCap;
  readonly #areas = new Map<string, Area>();

  /** @throws SentinelError ES_BAD_CONFIG naming the rule or the line of neighbours that cannot be used */
  constructor(options: FusionOptions, emit: (incident: Incident) => void) {
    this.#options = options;
    const {
      rules,
      correlationSeconds,
      clock,
      newId,
      timeZone,
      incidentsPerHour = 0,
      waiting,
      neighbours = '',
      location = '',
    } = options;
    refuseUnusable(rules, location);
    const zone = new ZoneTime(timeZone ?? '');
    this.#cap = new RateCap({
      ...{ perHour: incidentsPerHour, clock, zone, newId, tell: emit },
      capped: () => {
        this.#count('cap');
      },
    });
    this.#delay = new EntryDelay(clock, {
      withheld: (incident) => waiting?.withheld(incident),
      skipped: (incident) => waiting?.skipped(incident),
      dropped: (incident) => waiting?.dropped(incident),
      tell: (incident) => {
        this.#cap.pass(incident);
      },
    });
    const book = new RuleBook(rules, correlationSeconds);
    const stories = new Stories(neighboursOf(neighbours), () =>
      [...this.#areas.values()].map(({ moments }) => moments),
    );
    this.#tools = { book, duty: new Duty(zone, sunAt(zone, location)), tell: this.#tell, stories, zone };
  }

  accept(payload: FusionInput): void {
    if (payload.kind === 'arming') {
      this.#arm(payload);
      return;
    }
    const area = this.#areas.get(payload.area) ?? new Area(payload.area, this.#options, this.#tools);
    this.#areas.delete(payload.area);
    this.#areas.set(payload.area, area);
    if (this.#areas.size > areaLimit) this.#makeRoom();
    area.accept(payload);
  }

  /** The gravest open incident, as in `sev 3 person+glass_break · hall`, and how many more; empty when all is quiet. */
  statusLine(): string {
    const open = [...this.#areas].flatMap(([, { states }]) => states).sort((a, b) => b.severity - a.severity);
    const [gravest] = open;
    if (gravest === undefined) return '';
    const more = open.length === 1 ? '' : ` (+${open.length - 1})`;
    return `sev ${gravest.severity} ${gravest.reason} · ${gravest.area}${more}`;
  }

  /** Ends what is open and cancels all timers: what comes after a restart is a new incident. */
  close(): void {
    for (const area of this.#areas.values()) area.close('Ended: the flow was stopped.');
    this.#areas.clear();
    this.#delay.close();
    this.#cap.close();
  }

  #arm({ counting }: ArmingChange): void {
    const { duty } = this.#tools;
    if (duty.mode === counting) return;
    duty.arm(counting);
    const words = counting === disarmed ? 'disarmed' : `armed as ${counting}`;
    const why = `Ended: the site was ${words} at ${this.#tools.zone.clock(this.#options.clock.now())}.`;
    for (const area of this.#areas.values()) area.rearm(why);
    // What ended by itself in the meantime, and waited still.
    if (counting !== disarmed) return;
    this.#delay.dropAll().forEach(() => {
      this.#count('delay');
    });
  }

  readonly #tell: Tell = (incident, { delayMs, abandoned }) => {
    if (abandoned === true && this.#delay.drop(incident.id)) return 'dropped';
    this.#delay.pass(incident, delayMs);
    return undefined;
  };

  #count(why: WhyUntold): void {
    this.#options.untold?.(why);
  }

  #makeRoom(): void {
    const [silent] = this.#areas;
    if (silent === undefined) return;
    this.#areas.delete(silent[0]);
    silent[1].close('Ended: too many other areas are in use.');
  }
}
