import { isDeepStrictEqual } from 'node:util';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorNames, SentinelError } from '../contracts/errors.ts';
import type { Caller } from '../contracts/access.ts';
import type { Log } from '../contracts/ports.ts';
import { AccountAnswers, type AccountHost } from './access/account-answers.ts';
import { notedOf } from './access/audited.ts';
import { UserAnswers } from './access/user-answers.ts';
import { Admission, isRole, type AdmissionHost } from './admission.ts';
import { ArmingAnswers, type ArmingHost } from './arming-answers.ts';
import type { Call, Handlers, OpenCall } from './call.ts';
import { CareAnswers, type CareHost } from './care-answers.ts';
import { CameraAnswers, type CameraHost } from './camera-answers.ts';
import { EvidenceAnswers, type EvidenceHost } from './evidence-answers.ts';
import { ExportAnswers, type ExportHost } from './export-answers.ts';
import { FaultLog } from './fault-log.ts';
import { IncidentAnswers } from './incident-answers.ts';
import type { Change } from './live/incident-feed.ts';
import { Live } from './live/live.ts';
import { AlertAnswers } from './older/alert-answers.ts';
import { EventAnswers, type EventHost } from './older/event-answers.ts';
import { OpenApiAnswers } from './openapi/openapi-answers.ts';
import { Problem } from './problem.ts';
import { findPlace, type FoundPlace } from './route-finder.ts';
import type { Method, Needs } from './routes/route.ts';
import { routes, type OperationId } from './routes/table.ts';
import { RuleAnswers, type RuleHost } from './rule-answers.ts';
import { isCrossSite } from './same-site.ts';
import { RegisterAnswers, type RegisterHost } from './register-answers.ts';
import { sendJson, sendText } from './send.ts';
import { SoundAnswers } from './sound/sound-answers.ts';
import type { SoundHost } from './sound/sound-site.ts';
import { StatisticsAnswers, type StatisticsHost } from './statistics-answers.ts';
import { StreamAnswers, type StreamHost } from './stream-answers.ts';
import { SystemAnswers, type SystemHost } from './system-answers.ts';
import { ReportAnswers, type ReportHost } from './sms/report-answers.ts';
import { WebhookAnswers, type WebhookHost } from './whatsapp/webhook-answers.ts';

/** What the API serves. */
export interface ApiHost
  extends
    AdmissionHost,
    SystemHost,
    EventHost,
    EvidenceHost,
    StatisticsHost,
    CameraHost,
    SoundHost,
    ArmingHost,
    RuleHost,
    ExportHost,
    StreamHost,
    CareHost,
    RegisterHost,
    WebhookHost,
    ReportHost,
    AccountHost {
  /** Writes down what somebody did; returns at once and never throws. */
  note(caller: Caller, action: string, subject?: string): void;
  /** Tells of every stored change of an incident; the returned function ends it. */
  watch(listener: (change: Change) => void): () => void;
  /** A text that nobody can guess. */
  newSecret(): string;
  /** Where faults of ours are logged; the client only learns their stable name's meaning. */
  log: Log;
}

/** What is said to another method than the only one of a path. */
const onlyMethod: Readonly<Record<Method, string>> = {
  GET: 'This can only be read.',
  POST: 'This takes POST only.',
  PUT: 'This takes PUT only.',
  DELETE: 'This takes DELETE only.',
};

/** Nothing here may be cached by others, guessed to be a script, or drawn into somebody else's page. */
const commonHeaders = {
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The HTTP routes; `request.url` is relative to the place where they are mounted. */
export class Api {
  readonly #host: ApiHost;
  readonly #admission: Admission;
  readonly #faults: FaultLog;
  readonly #handlers: Handlers;
  /** The WebSocket of changes; whoever owns the server hands it the upgrades of `/api/v1/live`. */
  readonly live: Live;

  constructor(host: ApiHost) {
    this.#host = host;
    this.#admission = new Admission(host);
    this.#faults = new FaultLog(host.log, host.clock);
    this.live = new Live({
      watch: (listener) => host.watch(listener),
      newSecret: () => host.newSecret(),
      clock: host.clock,
      onFault: (cause) => {
        this.#faults.tell('live', cause);
      },
    });
    const incidents = new IncidentAnswers(host);
    const evidence = new EvidenceAnswers(host);
    this.#handlers = {
      ...new OpenApiAnswers(host).handlers,
      ...new SystemAnswers(host).handlers,
      ...new StatisticsAnswers(host).handlers,
      ...incidents.handlers,
      ...evidence.handlers,
      ...new EventAnswers(host, { lists: incidents.lists, evidence }).handlers,
      ...new AlertAnswers(host, incidents.lists).handlers,
      ...new CameraAnswers(host).handlers,
      ...new SoundAnswers(host).handlers,
      ...new ArmingAnswers(host).handlers,
      ...new RuleAnswers(host).handlers,
      ...new ExportAnswers(host).handlers,
      ...new StreamAnswers(host).handlers,
      ...new CareAnswers(host).handlers,
      ...new RegisterAnswers(host).handlers,
      ...new WebhookAnswers(host).handlers,
      ...new AccountAnswers(host).handlers,
      ...new UserAnswers(host).handlers,
      ...new ReportAnswers(host).handlers,
      makeLiveTicket: ({ request, response, caller }) => {
        sendJson(request, response, 201, this.live.ticket({ caller, isStill: this.#recheck(request, caller) }));
      },
    };
  }

  /** Answers one request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // An 'error' event that nobody hears would end the process; a broken connection is the client's affair.
    response.on('error', () => undefined);
    try {
      for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
      await this.#answer(request, response);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const place = findPlace(pathOf(request));
    const id = operationOf(place, request.method);
    const caller = await this.#admission.admit(request, needsOf(place, id));
    if (place === undefined) throw new Problem(404, 'There is nothing here.');
    if (id === undefined) throw wrongMethod(place);
    if (routes[id].method !== 'GET' && isCrossSite(request)) {
      throw new Problem(403, 'Pages of another origin may not do this.');
    }
    const { parts } = place;
    // The types of the table say which handlers have a caller: those of routes that need a role, and then there is one.
    const handler = this.#handlers[id] as (call: OpenCall & Partial<Call>) => Promise<void> | void;
    await handler({ request, response, parts, ...(caller === undefined ? {} : { caller }) });
    const noted = notedOf(id);
    if (noted === undefined || caller === undefined) return;
    this.#host.note(caller, noted.action, noted.part === undefined ? undefined : parts[noted.part]);
  }

  /** Of who may be disabled or log out while they listen. */
  #recheck(request: IncomingMessage, caller: Caller): (() => Promise<boolean>) | undefined {
    if (caller.how === 'local') return undefined;
    return async () => isDeepStrictEqual(await this.#host.caller(request), caller);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (isClientGone(error)) return;
    const problem = error instanceof Problem ? error : fault(error);
    if (problem.cause !== undefined) this.#faults.tell(faultKey(request), problem.cause);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.statusCode = problem.status;
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value ?? '');
    sendText(request, response, 'application/problem+json; charset=utf-8', problem.body());
  }
}

/** Of `pipeline`, when the other end closed meanwhile, and when it was closed already. */
const goneCodes: ReadonlySet<unknown> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE']);

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '';
}

function operationOf(place: FoundPlace | undefined, method = ''): OperationId | undefined {
  return place?.methods.get((method === 'HEAD' ? 'GET' : method) as Method);
}

/** What is needed to be answered at all: who may not look is not told which paths and methods there are. */
function needsOf(place: FoundPlace | undefined, id: OperationId | undefined): Needs {
  if (id !== undefined) return routes[id].needs;
  const all: Needs[] = [...(place?.methods.values() ?? [])].map((one) => routes[one].needs);
  return all.find((needs) => !isRole(needs)) ?? 'viewer';
}

function wrongMethod({ methods }: FoundPlace): Problem {
  const [only, ...others] = methods.keys();
  const allowed = [...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  const detail = only !== undefined && others.length === 0 ? onlyMethod[only] : `This takes ${allowed}.`;
  return new Problem(405, detail, { headers: { Allow: allowed } });
}

/** Faults of one operation are told together. */
function faultKey(request: IncomingMessage): string {
  return operationOf(findPlace(pathOf(request)), request.method) ?? '';
}

/** A failure of ours: its message may hold a path, so the client gets the fixed text of its name. */
function fault(cause: unknown): Problem {
  return new Problem(500, cause instanceof SentinelError ? errorNames[cause.name] : 'Something went wrong here.', {
    cause,
  });
}

/** The browser closed the connection before or in the middle of a file: players do that whenever somebody seeks. */
function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && goneCodes.has(error.code);
}
