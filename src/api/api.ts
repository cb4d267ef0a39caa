import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorNames, SentinelError } from '../contracts/errors.ts';
import type { HealthReport } from '../contracts/health.ts';
import type { EvidenceItem } from '../contracts/messages.ts';
import type { Log } from '../contracts/ports.ts';
import { ArmingAnswers, type ArmingHost } from './arming-answers.ts';
import { answerEvidence } from './evidence-answer.ts';
import { CameraAnswers, type CameraHost } from './camera-answers.ts';
import { FaultLog } from './fault-log.ts';
import { addReview, incidentId, listRequest, noIncident, type IncidentHost } from './incident-answers.ts';
import type { Change } from './live/incident-feed.ts';
import { Live } from './live/live.ts';
import { isLocal } from './peer.ts';
import { Problem } from './problem.ts';
import { isCrossSite } from './same-site.ts';
import { sendJson, sendText } from './send.ts';
import { SoundAnswers } from './sound/sound-answers.ts';
import type { SoundHost } from './sound/sound-site.ts';
import { Turns } from './turns.ts';
import { WebhookAnswers, type WebhookHost } from './whatsapp/webhook-answers.ts';

/** What the API serves. */
export interface ApiHost extends IncidentHost, CameraHost, SoundHost, ArmingHost, WebhookHost {
  /** Whether somebody before us (Node-RED's httpNodeAuth) has checked who asks; else only this machine may. */
  authenticated(): boolean;
  health(): Promise<HealthReport>;
  /** Prometheus text exposition. */
  metrics(): Promise<string>;
  /** The piece of evidence of an id and the absolute path of its file. */
  evidence(id: string): Promise<{ item: EvidenceItem; file: string } | undefined>;
  /** Tells of every stored change of an incident; the returned function ends it. */
  watch(listener: (change: Change) => void): () => void;
  /** A text that nobody can guess. */
  newSecret(): string;
  /** Where faults of ours are logged; the client only learns their stable name's meaning. */
  log: Log;
}

/** Each holds a file open and may last as long as its reader is slow. */
const mostEvidenceAnswers = 32;
/** Reading a long history takes the database some 100 ms, and what must be written down waits behind it. */
const listsAtATime = 2;

type Handler = (request: IncomingMessage, response: ServerResponse, id: string) => Promise<void> | void;

interface Route {
  path: RegExp;
  /** What it does with the one thing that its path names: GET and HEAD, POST, PUT. */
  read?: Handler;
  write?: Handler;
  replace?: Handler;
  /** It does not ask who somebody is: what comes is believed for its signature, and nothing of ours is told. */
  signed?: true;
}

/** The handler of a method, and what a route with nothing else is said to take. */
const methods = [
  { names: ['GET', 'HEAD'], handler: 'read', only: 'This can only be read.' },
  { names: ['POST'], handler: 'write', only: 'This takes POST only.' },
  { names: ['PUT'], handler: 'replace', only: 'This takes PUT only.' },
] as const;

/** Where WhatsApp posts to, below the place where the API is mounted. */
export const webhookPath = '/api/v1/whatsapp/webhook';

/** Nothing here may be cached by others, guessed to be a script, or drawn into somebody else's page. */
const commonHeaders = {
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The HTTP routes; `request.url` is relative to the place where they are mounted. */
export class Api {
  readonly #host: ApiHost;
  readonly #faults: FaultLog;
  #evidenceAnswers = 0;
  readonly #lists = new Turns(listsAtATime);
  readonly #cameras: CameraAnswers;
  readonly #sound: SoundAnswers;
  readonly #arming: ArmingAnswers;
  readonly #webhook: WebhookAnswers;
  /** The WebSocket of changes; whoever owns the server hands it the upgrades of `/api/v1/live`. */
  readonly live: Live;
  readonly #routes: readonly Route[] = [
    { path: /^\/api\/v1\/health$/, read: (request, response) => this.#health(request, response) },
    { path: /^\/metrics$/, read: (request, response) => this.#metrics(request, response) },
    {
      path: /^\/api\/v1\/evidence\/([0-9a-f]{32})$/,
      read: (request, response, id) => this.#evidence(request, response, id),
    },
    { path: /^\/api\/v1\/incidents$/, read: (request, response) => this.#incidents(request, response) },
    {
      path: /^\/api\/v1\/incidents\/([^/]+)$/,
      read: (request, response, id) => this.#incident(request, response, id),
    },
    {
      path: /^\/api\/v1\/incidents\/([^/]+)\/reviews$/,
      write: (request, response, id) => this.#review(request, response, id),
    },
    {
      path: /^\/api\/v1\/cameras$/,
      read: (request, response) => {
        this.#cameras.cameras(request, response);
      },
    },
    {
      path: /^\/api\/v1\/microphones$/,
      read: (request, response) => {
        this.#cameras.microphones(request, response);
      },
    },
    {
      path: /^\/api\/v1\/previews\/([0-9a-f]{32})$/,
      read: (request, response, id) => {
        this.#cameras.picture(request, response, id);
      },
    },
    {
      path: /^\/api\/v1\/site\/arming$/,
      read: (request, response) => this.#arming.read(request, response),
      replace: (request, response) => this.#arming.change(request, response),
    },
    { path: /^\/api\/v1\/live\/tickets$/, write: (request, response) => this.#ticket(request, response) },
    {
      path: /^\/api\/v1\/sound\/?$/,
      read: (request, response) => {
        this.#sound.info(request, response);
      },
    },
    {
      path: /^\/api\/v1\/sound\/health$/,
      read: (request, response) => {
        this.#sound.health(request, response);
      },
    },
    {
      path: /^\/api\/v1\/sound\/model\/status$/,
      read: (request, response) => this.#sound.modelStatus(request, response),
    },
    {
      path: /^\/api\/v1\/sound\/training$/,
      read: (request, response) => this.#sound.training(request, response),
    },
    { path: /^\/api\/v1\/sound\/predict$/, write: (request, response) => this.#sound.predict(request, response) },
    { path: /^\/api\/v1\/sound\/retrain$/, write: (request, response) => this.#sound.retrain(request, response) },
    {
      path: /^\/api\/v1\/whatsapp\/webhook$/,
      signed: true,
      read: (request, response) => {
        this.#webhook.prove(request, response);
      },
      write: (request, response) => this.#webhook.take(request, response),
    },
  ];

  constructor(host: ApiHost) {
    this.#host = host;
    this.#cameras = new CameraAnswers(host);
    this.#sound = new SoundAnswers(host);
    this.#arming = new ArmingAnswers(host);
    this.#webhook = new WebhookAnswers(host);
    this.#faults = new FaultLog(host.log, host.clock);
    this.live = new Live({
      authenticated: () => host.authenticated(),
      watch: (listener) => host.watch(listener),
      newSecret: () => host.newSecret(),
      clock: host.clock,
      onFault: (cause) => {
        this.#faults.tell('live', cause);
      },
    });
  }

  /** Answers one request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // An 'error' event that nobody hears would end the process; a broken connection is the client's affair.
    response.on('error', () => undefined);
    try {
      for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
      if (this.#routeOf(request)?.signed !== true && !this.#host.authenticated() && !isLocal(request)) {
        throw new Problem(403, 'Without a login only this machine may use this. Set httpNodeAuth in the settings.');
      }
      await this.#route(request, response);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Compared as it stands: nothing is decoded or resolved, so no spelling of a path leads anywhere else.
    const path = pathOf(request);
    for (const route of this.#routes) {
      const match = route.path.exec(path);
      if (match === null) continue;
      const taken = methods.filter(({ handler }) => route[handler] !== undefined);
      const method = taken.find(({ names }) => (names as readonly unknown[]).includes(request.method));
      const handler = method && route[method.handler];
      if (handler === undefined) {
        const allowed = taken.flatMap(({ names }) => names).join(', ');
        const detail = taken.length === 1 && taken[0] !== undefined ? taken[0].only : `This takes ${allowed}.`;
        throw new Problem(405, detail, { headers: { Allow: allowed } });
      }
      const reads = method?.handler === 'read';
      if (!reads && isCrossSite(request)) throw new Problem(403, 'Pages of another origin may not do this.');
      await handler(request, response, match[1] ?? '');
      return;
    }
    throw new Problem(404, 'There is nothing here.');
  }

  async #health(request: IncomingMessage, response: ServerResponse): Promise<void> {
    sendJson(request, response, 200, await this.#host.health());
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    sendText(request, response, 'text/plain; version=0.0.4; charset=utf-8', await this.#host.metrics());
  }

  async #incidents(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = listRequest(request.url);
    sendJson(request, response, 200, await this.#lists.take(() => this.#host.incidents(asked)));
  }

  async #incident(request: IncomingMessage, response: ServerResponse, part: string): Promise<void> {
    const id = incidentId(part);
    const incident = await this.#lists.take(() => this.#host.incident(id));
    if (incident === undefined) throw noIncident();
    sendJson(request, response, 200, incident);
  }

  async #review(request: IncomingMessage, response: ServerResponse, part: string): Promise<void> {
    const by = this.#host.user(request) ?? 'local';
    const { status, record } = await addReview(this.#host, request, incidentId(part), by);
    sendJson(request, response, status, record);
  }

  #ticket(request: IncomingMessage, response: ServerResponse): Promise<void> {
    sendJson(request, response, 201, this.live.ticket());
    return Promise.resolve();
  }

  async #evidence(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    if (this.#evidenceAnswers >= mostEvidenceAnswers) {
      throw new Problem(503, 'Too much evidence is being read at once.', { headers: { 'Retry-After': '5' } });
    }
    this.#evidenceAnswers += 1;
    try {
      const found = await this.#host.evidence(id);
      if (found === undefined) throw new Problem(404, 'There is no such evidence.');
      await answerEvidence(request, response, found);
    } finally {
      this.#evidenceAnswers -= 1;
    }
  }

  #routeOf(request: IncomingMessage): Route | undefined {
    const path = pathOf(request);
    return this.#routes.find(({ path: pattern }) => pattern.test(path));
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (isClientGone(error)) return;
    const problem = error instanceof Problem ? error : fault(error);
    if (problem.cause !== undefined) this.#faults.tell(this.#routeOf(request)?.path.source ?? '', problem.cause);
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
