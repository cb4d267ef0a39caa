import type { SiteArming, SiteArmings } from '../src/contracts/arming.ts';
import type { CameraList } from '../src/contracts/cameras.ts';
import type { RegisteredArea, RegisteredModel, RegisteredSource } from '../src/contracts/register.ts';
import type { IncidentCourse } from '../src/contracts/course.ts';
import type { HealthAnswer } from '../src/contracts/health.ts';
import type { MicrophoneList } from '../src/contracts/listening.ts';
import type { Prediction, RetrainAnswer, SoundModelStatus } from '../src/contracts/prediction.ts';
import type { RuleNode, RuleNodes } from '../src/contracts/rule-list.ts';
import type { SiteVerification, SiteVerifications } from '../src/contracts/site-care.ts';
import type { IncidentStatistics, StatisticsQuery } from '../src/contracts/statistics.ts';
import type { TrainingStatus } from '../src/contracts/training.ts';
import { queryOf, type ListFilter } from './list-filter.ts';
import type { PictureAnswer } from './incidents/now/camera-tiles.ts';
import type {
  IncidentPage,
  IncidentSummary,
  LiveTicket,
  PreparedExport,
  StoredReviewAction,
} from '../src/contracts/api.ts';

/** Why a request brought nothing, in the kinds that the page has words for. */
export type FailureKind = 'forbidden' | 'login' | 'missing' | 'unreachable' | 'other';

export class ApiFailure extends Error {
  readonly kind: FailureKind;

  /** @param detail the server's own sentence, or what the browser said */
  constructor(kind: FailureKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

const kinds: Readonly<Record<number, FailureKind>> = { 401: 'login', 403: 'forbidden', 404: 'missing' };
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** Where 401 means that a password was wrong, not that nobody is logged in. */
const saysPassword: ReadonlySet<string> = new Set(['account/password']);
/** More are no list for a person to choose from. */
const mostListed = 1000;
const patienceMs = 15_000;
/** What was to be changed is not as it was when it was read. */
export class ChangedMeanwhile extends ApiFailure {}

/** An answer, and the tag that stands for what it says. */
export interface Tagged {
  answer: unknown;
  tag: string | undefined;
}

/** A minute of sound over a slow line. */
const uploadPatienceMs = 300_000;
/** A bundle with many videos is packed and hashed. */
const bundlePatienceMs = 900_000;

/** What the client needs of the browser's tab. */
export interface Tab {
  /** The cookies that scripts may read. */
  cookies(): string;
  /** Goes to the page of logins, which comes back. */
  logIn(page: string): void;
}

const noTab: Tab = { cookies: () => '', logIn: () => undefined };

/** The product's HTTP API, asked with the login that the browser has. Every call may throw an `ApiFailure`. */
export class ApiClient {
  #roots: string[];
  readonly #tab: Tab;

  /** @param roots where the API may lie; the first that answers in its language is kept */
  constructor(roots: readonly string[], tab: Tab = noTab) {
    this.#roots = [...roots];
    this.#tab = tab;
  }

  async list(filter: ListFilter, before?: string, limit = 30): Promise<IncidentPage> {
    const query = new URLSearchParams({ limit: String(limit), ...queryOf(filter, Date.now()) });
    if (before !== undefined) query.set('before', before);
    return (await this.#ask(`incidents?${query.toString()}`)) as IncidentPage;
  }

  async incident(id: string): Promise<IncidentSummary> {
    return (await this.#ask(`incidents/${encodeURIComponent(id)}`)) as IncidentSummary;
  }

  async review(id: string, action: StoredReviewAction, note?: string): Promise<void> {
    await this.#ask(`incidents/${encodeURIComponent(id)}/reviews`, { action, ...(note === undefined ? {} : { note }) });
  }

  /** What was done about an incident. */
  async course(id: string): Promise<IncidentCourse> {
    return (await this.#ask(`incidents/${encodeURIComponent(id)}/course`)) as IncidentCourse;
  }

  /** Has the bundle of an incident made. @returns where the browser fetches it, once */
  async prepareExport(id: string): Promise<{ address: string; name: string; bytes: number }> {
    const path = `incidents/${encodeURIComponent(id)}/exports`;
    const made = (await this.send('POST', path, undefined, bundlePatienceMs)) as PreparedExport;
    return { address: this.address(`exports/${made.export}`), name: made.name, bytes: made.bytes };
  }

  async statistics({ from, to }: StatisticsQuery): Promise<IncidentStatistics> {
    const query = new URLSearchParams({ from: String(from), to: String(to) });
    return (await this.#ask(`statistics?${query.toString()}`)) as IncidentStatistics;
  }

  async health(): Promise<HealthAnswer> {
    return (await this.#ask('health')) as HealthAnswer;
  }

  /** The last verification of the evidence of each site, or the one under way; for admins. */
  async verifications(): Promise<SiteVerification[]> {
    return ((await this.#ask('site/verification')) as SiteVerifications).sites;
  }

  /** Begins one. */
  async verify(site: string): Promise<SiteVerification> {
    return (await this.#ask('site/verification', { site })) as SiteVerification;
  }

  async ticket(): Promise<string> {
    return ((await this.#ask('live/tickets', {})) as LiveTicket).ticket;
  }

  async armings(): Promise<SiteArming[]> {
    return ((await this.#ask('site/arming')) as SiteArmings).sites;
  }

  async arm(site: string, mode: string): Promise<SiteArming> {
    return (await this.send('PUT', 'site/arming', { site, mode })) as SiteArming;
  }

  /** @param language of their sentences */
  async rules(language: string): Promise<RuleNode[]> {
    return ((await this.#ask(`rules?lang=${encodeURIComponent(language)}`)) as RuleNodes).nodes;
  }

  async cameras(): Promise<CameraList> {
    return (await this.#ask('cameras')) as CameraList;
  }

  /** Cameras and microphones that there are and were, as many as a list can show. */
  async sources(): Promise<RegisteredSource[]> {
    return await this.#pages<RegisteredSource>('sources');
  }

  /** Areas that there are and were. */
  async areas(): Promise<RegisteredArea[]> {
    return await this.#pages<RegisteredArea>('areas');
  }

  /** Models that judged something. */
  async models(): Promise<RegisteredModel[]> {
    return await this.#pages<RegisteredModel>('models');
  }

  async microphones(): Promise<MicrophoneList> {
    return (await this.#ask('microphones')) as MicrophoneList;
  }

  /** @param tag of the picture that is known */
  async picture(id: string, tag: string | undefined): Promise<PictureAnswer> {
    const headers = tag === undefined ? {} : { 'if-none-match': tag };
    const response = await this.#fetch(`previews/${encodeURIComponent(id)}`, { headers });
    if (response.status === 200) return { picture: await response.blob(), tag: response.headers.get('etag') ?? '' };
    if (response.status === 204) return 'none';
    if (response.status === 304) return 'same';
    if (response.status === 404) return 'gone';
    throw new ApiFailure(kinds[response.status] ?? 'other', `HTTP ${response.status}`);
  }

  /** Has a sound file heard. @param site id of one of several */
  async predict(file: Blob, site?: string): Promise<Prediction> {
    const path = soundPath('predict', site, { spectrogram: '1' });
    return (await this.#ask(path, formOf(file), uploadPatienceMs)) as Prediction;
  }

  /** Has a zip file of recordings learnt from. @param site id of one of several */
  async retrain(file: Blob, site?: string): Promise<RetrainAnswer> {
    return (await this.#ask(soundPath('retrain', site), formOf(file), uploadPatienceMs)) as RetrainAnswer;
  }

  async soundStatus(site?: string): Promise<SoundModelStatus> {
    return (await this.#ask(soundPath('model/status', site))) as SoundModelStatus;
  }

  async training(site?: string): Promise<TrainingStatus> {
    return (await this.#ask(soundPath('training', site))) as TrainingStatus;
  }

  /** Of something below the root of the API, for a link. */
  address(path: string): string {
    return this.#root() + path;
  }

  evidence(id: string): string {
    return `${this.#root()}evidence/${encodeURIComponent(id)}`;
  }

  /** Path of the live connection, without the host. */
  livePath(query: URLSearchParams): string {
    return `${this.#root()}live?${query.toString()}`;
  }

  async #pages<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let after: number | undefined = 0; after !== undefined && items.length < mostListed;) {
      const page = (await this.#ask(`${path}?limit=200&after=${after}`)) as { items: Item[]; next?: number };
      items.push(...page.items);
      after = page.next;
    }
    return items;
  }

  #root(): string {
    return `${this.#roots[0] ?? '/'}echosight/api/v1/`;
  }

  #ask(path: string, body?: object, patience = patienceMs): Promise<unknown> {
    return this.send(body === undefined ? 'GET' : 'POST', path, body, patience);
  }

  /**
   * Asks something below the root of the API; it is looked for at its other places while the first one answers as somebody else would.
   * @returns undefined where there is nothing to say
   */
  async send(method: Method, path: string, body?: object, patience = patienceMs): Promise<unknown> {
    return (await this.#exchange(method, path, body, { patience })).answer;
  }

  /**
   * The same with something that several people edit.
   * @param seen its tag when it was read: what others have changed since is kept, and `ChangedMeanwhile` is thrown
   */
  async edit(method: Method, path: string, body?: object, seen?: string): Promise<Tagged> {
    return await this.#exchange(method, path, body, seen === undefined ? {} : { seen });
  }

  async #exchange(
    method: Method,
    path: string,
    body: object | undefined,
    { patience = patienceMs, seen }: { patience?: number; seen?: string },
  ): Promise<Tagged> {
    const proof = { ...csrfHeader(this.#tab), ...(seen === undefined ? {} : { 'if-match': seen }) };
    for (;;) {
      const response = await this.#fetch(path, {
        ...{ method, ...(method === 'GET' ? {} : written(body, proof)) },
        signal: AbortSignal.timeout(patience),
      });
      if (response.status === 204) return { answer: undefined, tag: undefined };
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith(response.ok ? 'application/json' : 'application/problem+json')) {
        this.#roots.length = 1;
        const answer: unknown = await response.json();
        if (response.ok) return { answer, tag: response.headers.get('etag') ?? undefined };
        if (response.status === 401 && !saysPassword.has(path))
          this.#tab.logIn(`${this.#roots[0] ?? '/'}echosight/login`);
        if (response.status === 412) throw new ChangedMeanwhile('other', detailOf(answer) ?? 'HTTP 412');
        throw new ApiFailure(this.#kindOf(response.status), detailOf(answer) ?? `HTTP ${response.status}`);
      }
      if (response.status === 401 || this.#roots.length < 2) {
        throw new ApiFailure(kinds[response.status] ?? (response.ok ? 'missing' : 'other'), `HTTP ${response.status}`);
      }
      this.#roots.shift();
    }
  }

  /** Who is logged in and still may not is told so by the server; the others have no login. */
  #kindOf(status: number): FailureKind {
    if (status === 403 && tokensIn(this.#tab).length > 0) return 'other';
    return kinds[status] ?? 'other';
  }

  async #fetch(path: string, more: RequestInit): Promise<Response> {
    try {
      return await fetch(this.#root() + path, {
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(patienceMs),
        ...more,
      });
    } catch (error) {
      throw new ApiFailure('unreachable', error instanceof Error ? error.message : String(error));
    }
  }
}

function soundPath(path: string, site: string | undefined, asked: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...asked, ...(site === undefined ? {} : { site }) }).toString();
  return query === '' ? `sound/${path}` : `sound/${path}?${query}`;
}

function formOf(file: Blob): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}

function written(body: object | undefined, proof: Record<string, string>): RequestInit {
  if (body === undefined) return { headers: proof };
  if (body instanceof FormData) return { headers: proof, body };
  return { headers: { 'content-type': 'application/json', ...proof }, body: JSON.stringify(body) };
}

const csrfCookie = /^(?:__Host-)?echosight-csrf(?:-\w+)?=/;

/**
 * Proof that a page of ours asks: only those can read these cookies. Without an account there is none, and of a Node-RED beside this one
 * there may be another; the server knows its own.
 */
function csrfHeader(tab: Pick<Tab, 'cookies'>): Record<string, string> {
  const tokens = tokensIn(tab);
  return tokens.length === 0 ? {} : { 'x-csrf-token': tokens.join(',') };
}

function tokensIn({ cookies }: Pick<Tab, 'cookies'>): string[] {
  const pairs = cookies()
    .split('; ')
    .filter((pair) => csrfCookie.test(pair));
  return pairs.map((pair) => pair.replace(csrfCookie, ''));
}

function detailOf(answer: unknown): string | undefined {
  const detail = (answer as { detail?: unknown } | undefined)?.detail;
  return typeof detail === 'string' ? detail : undefined;
}
