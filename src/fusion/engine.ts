import type { Incident } from '../contracts/messages.ts';
import { Area, type FusionInput, type FusionOptions } from './area.ts';
import { RuleBook } from './rule-book.ts';

export type { FusionInput, FusionOptions } from './area.ts';

/** Areas at a time; the one that was silent longest makes room, its incident ended. */
const areaLimit = 256;

/**
 * Turns signals into incidents, one at a time per area, and one for each source whose state (such as "offline") lasts.
 * All rules are judged with every signal, by capture time;
 * the gravest one names the incident, and severity never falls while it lasts. Same input and clock, same incidents:
 * recorded signals can be replayed.
 */
export class FusionEngine {
  readonly #options: FusionOptions;
  readonly #emit: (incident: Incident) => void;
  readonly #book: RuleBook;
  readonly #areas = new Map<string, Area>();

  constructor(options: FusionOptions, emit: (incident: Incident) => void) {
    this.#options = options;
    this.#book = new RuleBook(options.rules, options.correlationSeconds);
    this.#emit = emit;
  }

  accept(payload: FusionInput): void {
    const area = this.#areas.get(payload.area) ?? new Area(payload.area, this.#options, this.#book, this.#emit);
    this.#areas.delete(payload.area);
    this.#areas.set(payload.area, area);
    if (this.#areas.size > areaLimit) this.#makeRoom();
    area.accept(payload);
  }

  /** The gravest open incident, as in `sev 3 person+glass_break · hall`, and how many more; empty when all is quiet. */
  statusLine(): string {
    const open = [...this.#areas]
      .flatMap(([name, { states }]) => states.map((state) => ({ name, ...state })))
      .sort((a, b) => b.severity - a.severity);
    const [gravest] = open;
    if (gravest === undefined) return '';
    const more = open.length === 1 ? '' : ` (+${open.length - 1})`;
    return `sev ${gravest.severity} ${gravest.reason} · ${gravest.name}${more}`;
  }

  /** Ends what is open and cancels all timers: what comes after a restart is a new incident. */
  close(): void {
    for (const area of this.#areas.values()) area.close('Ended: the flow was stopped.');
    this.#areas.clear();
  }

  #makeRoom(): void {
    const [silent] = this.#areas;
    if (silent === undefined) return;
    this.#areas.delete(silent[0]);
    silent[1].close('Ended: too many other areas are in use.');
  }
}
