import type { Incident } from '../../contracts/messages.ts';
import type { Clock, Log } from '../../contracts/ports.ts';
import type { FlowNow, UsedModel } from '../../contracts/register.ts';
import type { Database } from '../../database/database.ts';
import { Absences } from './absences.ts';
import { touchFlow, writeFlow } from './flow-rows.ts';
import { forget } from './forgotten.ts';
import { ModelUses } from './model-uses.ts';
import { readOlderNames } from './older-names.ts';
import { keyOf, sightingsIn, writeSightings, type Sighting } from './sightings.ts';

/** A deploy changes many things at once: they are written together. */
const settleMs = 5000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Incidents of a storm may name more: those are found again at the next start. */
const mostPending = 1000;
/** Names of which it is remembered when they were written last. */
const mostNoted = 20_000;

export interface RegisterOptions {
  clock: Clock;
  log: Log;
  /** Id of the site, as it is now. */
  site: () => string;
  /** What the flow has now, asked when it is to be written down. */
  flow: () => Promise<FlowNow>;
}

/**
 * Keeps a row of every site, area, source and model that there was, also when it is gone. Written behind everything else, on changes
 * and once an hour: whoever tells it something never waits, and a disk that refuses costs nothing but rows.
 */
export class Register {
  readonly #options: RegisterOptions;
  readonly #absences = new Absences();
  readonly #uses = new ModelUses();
  readonly #pending = new Map<string, Sighting>();
  /** When a name was written because of an incident, epoch ms. */
  readonly #noted = new Map<string, number>();
  /** Keys of what the flow has, as it was written last. */
  #inFlow: ReadonlySet<string> = new Set();
  #database: Database | undefined;
  #timer: { at: number; cancel: () => void } | undefined;
  #work: Promise<void> = Promise.resolve();
  #hasRead = false;
  #forgotAt = -Infinity;
  #isFailing = false;
  #isClosed = false;

  constructor(options: RegisterOptions) {
    this.#options = options;
  }

  /** The database is open: nothing is written before, and it is not opened for this. */
  begin(database: Database): void {
    this.#database = database;
    this.#soon(settleMs);
  }

  /** Something of the flow came, went or became another one. */
  changed(): void {
    this.#soon(settleMs);
  }

  /** An incident was written down. What it names has a row later, also where the flow knows nothing of it. */
  saw(incident: Incident): void {
    const now = this.#options.clock.now();
    for (const sighting of sightingsIn(incident)) {
      const key = keyOf(sighting);
      if (this.#inFlow.has(key) || now - (this.#noted.get(key) ?? -Infinity) < hourMs) continue;
      const before = this.#pending.get(key);
      if (before === undefined && this.#pending.size >= mostPending) continue;
      this.#pending.set(key, { ...sighting, firstAt: Math.min(before?.firstAt ?? Infinity, sighting.firstAt) });
    }
    if (this.#pending.size > 0) this.#soon(settleMs);
  }

  /** A model judged a source: told with every picture and window. */
  used(model: UsedModel, source: string): void {
    const { site, clock } = this.#options;
    if (this.#uses.note(model, site(), source, clock.now())) this.#soon(settleMs);
  }

  /** Settles when what has begun is written. */
  idle(): Promise<void> {
    return this.#work;
  }

  /** Writes what is left, if that is possible; what stands was there until now. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#work;
    const now = this.#options.clock.now();
    await this.#write(async ({ query }) => {
      await query.transaction().execute((transaction) => touchFlow(transaction, now));
      await writeSightings(query, [...this.#pending.values()], now);
      await this.#uses.write(query, now, true);
    });
  }

  #soon(ms: number): void {
    const { clock } = this.#options;
    const at = clock.monotonic() + ms;
    if (this.#isClosed || this.#database === undefined || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = clock.after(ms, () => {
      this.#timer = undefined;
      this.#work = this.#work.then(() => this.#round());
    });
    this.#timer = { at, cancel };
  }

  async #round(): Promise<void> {
    if (this.#isClosed) return;
    await this.#write(async (database) => {
      await this.#writeNow(database);
      await this.#readOlder(database);
      await this.#forget(database);
    });
    const waiting = this.#hasRead ? hourMs : minuteMs;
    this.#soon(Math.min(this.#absences.next(this.#options.clock.now()) ?? waiting, waiting));
  }

  async #forget(database: Database): Promise<void> {
    const now = this.#options.clock.now();
    if (!this.#hasRead || now - this.#forgotAt < hourMs) return;
    for (const gone of await forget(database, now)) this.#noted.delete(keyOf(gone));
    this.#forgotAt = now;
  }

  async #writeNow({ query }: Database): Promise<void> {
    const flow = await this.#options.flow();
    const now = this.#options.clock.now();
    const sightings = [...this.#pending];
    this.#inFlow = keysOf(flow);
    await query.transaction().execute((transaction) => writeFlow(transaction, flow, this.#absences, now));
    await writeSightings(
      query,
      sightings.map(([, sighting]) => sighting),
      now,
    );
    await this.#uses.write(query, now);
    for (const [key, sighting] of sightings) {
      if (this.#pending.get(key) === sighting) this.#pending.delete(key);
      if (this.#noted.size >= mostNoted) this.#noted.clear();
      this.#noted.set(key, now);
    }
  }

  /** Once in a run; all of the history only where nothing has ever read it. */
  async #readOlder({ query }: Database): Promise<void> {
    if (this.#hasRead) return;
    const id = this.#options.site();
    const row = await query.selectFrom('sites').select('read_from').where('id', '=', id).executeTakeFirst();
    if (row === undefined) return;
    const from = row.read_from ?? undefined;
    const now = this.#options.clock.now();
    const known = from === undefined ? new Set<string>() : await this.#known(query);
    // Thousands of names take seconds, and a site that closes waits for what has begun.
    const found = await readOlderNames(query, from, known, () => this.#isClosed);
    if (found === undefined) return;
    await writeSightings(query, found, now);
    await query.updateTable('sites').set({ read_from: now }).where('id', '=', id).execute();
    this.#hasRead = true;
  }

  async #known(query: Database['query']): Promise<Set<string>> {
    const sites = await query.selectFrom('sites').select('id').execute();
    const areas = await query.selectFrom('areas').select(['site', 'name']).execute();
    const sources = await query.selectFrom('sources').select(['site', 'name']).execute();
    return new Set([
      ...sites.map(({ id }) => keyOf({ what: 'site', site: id, name: id })),
      ...areas.map((row) => keyOf({ what: 'area', ...row })),
      ...sources.map((row) => keyOf({ what: 'source', ...row })),
    ]);
  }

  /** Never rejects: what could not be written is tried again within the hour. */
  async #write(work: (database: Database) => Promise<void>): Promise<void> {
    if (this.#database === undefined) return;
    try {
      await work(this.#database);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing && !this.#isClosed) {
        this.#options.log.warn(`The register of cameras and models could not be written: ${String(error)}`);
      }
      this.#isFailing = true;
    }
  }
}

function keysOf({ site, sources }: FlowNow): Set<string> {
  return new Set([
    keyOf({ what: 'site', site: site.id, name: site.id }),
    ...sources.map(({ area }) => keyOf({ what: 'area', site: site.id, name: area })),
    ...sources.map(({ name }) => keyOf({ what: 'source', site: site.id, name })),
  ]);
}
