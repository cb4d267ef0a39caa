import type { TObject } from 'typebox';
import type { Scope } from '../contracts/access.ts';
import { pageLimits } from '../contracts/api.ts';
import { nameLimit } from '../contracts/messages.ts';
import {
  modelKinds,
  ModelQuery,
  mostRegistered,
  RegisterQuery,
  registerStates,
  sourceKinds,
  SourceQuery,
  type RegisteredArea,
  type RegisteredModel,
  type RegisteredSite,
  type RegisteredSource,
} from '../contracts/register.ts';
import type { Call, Handlers } from './call.ts';
import { Parameters } from './parameters.ts';
import { sendJson } from './send.ts';
import { Turns } from './turns.ts';

/** What the register holds of all sites. */
export interface Registered<Row> {
  rows: readonly Row[];
  /** Names of sites of which nothing can be read now. */
  unavailable: readonly string[];
}

/** The registers, of which a caller is shown what may be seen. All reject with ES_DATABASE when no site can be read. */
export interface RegisterHost {
  registeredSites(scope: Scope): Promise<Registered<RegisteredSite>>;
  registeredAreas(scope: Scope): Promise<Registered<RegisteredArea>>;
  registeredSources(scope: Scope): Promise<Registered<RegisteredSource>>;
  registeredModels(scope: Scope): Promise<Registered<RegisteredModel>>;
}

type RowOf<What extends keyof RegisterHost> = Awaited<ReturnType<RegisterHost[What]>>['rows'][number];

interface Row {
  site: string;
  siteName: string;
  goneAt?: number;
  kind?: string;
}

/** Some thousand rows each. */
const readsAtATime = 2;

/** Answers who asks what there is, and what there was. */
export class RegisterAnswers {
  readonly #host: RegisterHost;
  readonly #reads = new Turns(readsAtATime);
  readonly handlers = {
    listSites: (call) => this.#page(call, RegisterQuery, 'registeredSites', ({ site }) => site),
    listAreas: (call) => this.#page(call, RegisterQuery, 'registeredAreas', ({ area }) => area),
    listSources: (call) => this.#page(call, SourceQuery, 'registeredSources', ({ source }) => source),
    // In the order of their last use.
    listModels: (call) => this.#page(call, ModelQuery, 'registeredModels', () => ''),
  } satisfies Partial<Handlers>;

  constructor(host: RegisterHost) {
    this.#host = host;
  }

  /** One page of a register. @throws Problem 400, 503 */
  async #page<What extends keyof RegisterHost>(
    { request, response, caller }: Call,
    query: TObject,
    what: What,
    nameOf: (row: RowOf<What>) => string,
  ): Promise<void> {
    const { site, kind, state, after, limit } = readQuery(request.url, query);
    const { rows, unavailable } = await this.#reads.take(
      () => this.#host[what](caller) as Promise<Registered<RowOf<What>>>,
      JSON.stringify([what, caller.sources ?? null]),
    );
    const fitting = rows.filter(
      (row: Row) =>
        (site === undefined || site === row.site) &&
        (kind === undefined || kind === row.kind) &&
        (state === undefined || (state === 'gone') === (row.goneAt !== undefined)),
    );
    const sorted = fitting
      .map((row) => ({ row, place: [row.siteName, row.site, nameOf(row)].join('\n') }))
      .sort((one, other) => one.place.localeCompare(other.place))
      .map(({ row }) => row);
    const end = after + limit;
    sendJson(request, response, 200, {
      ...{ items: sorted.slice(after, end), total: sorted.length },
      ...(end < sorted.length ? { next: end } : {}),
      ...(unavailable.length === 0 ? {} : { unavailable }),
    });
  }
}

/** @throws Problem 400 */
function readQuery(url: string | undefined, query: TObject) {
  const given = new Parameters(url, Object.keys(query.properties));
  return {
    site: given.text('site', nameLimit),
    kind: given.oneOf<string>('kind', query === ModelQuery ? modelKinds : sourceKinds),
    state: given.oneOf('state', registerStates),
    after: given.integer('after', 0, mostRegistered) ?? 0,
    limit: given.integer('limit', 1, pageLimits.most) ?? pageLimits.usual,
  };
}
