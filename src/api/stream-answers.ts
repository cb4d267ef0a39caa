import type { Caller, Scope } from '../contracts/access.ts';
import { SentinelError, type ErrorName } from '../contracts/errors.ts';
import { StreamChange, StreamRequest, type Stream } from '../contracts/streams.ts';
import { bodyAs } from './access/account-problems.ts';
import type { Call, Handlers } from './call.ts';
import { assertUnchanged, EditTurns } from './edits.ts';
import { jsonBody } from './json-body.ts';
import { listPage, pageParameters } from './list-page.ts';
import { Parameters } from './parameters.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';

/** A site whose streams are changed. */
export interface StreamSite {
  readonly id: string;
  find(source: string): Promise<Stream | undefined>;
  add(request: StreamRequest): Promise<Stream>;
  change(source: string, change: StreamChange): Promise<Stream | undefined>;
  setEnabled(source: string, enabled: boolean): Promise<Stream | undefined>;
  remove(source: string): Promise<boolean>;
}

export interface StreamHost {
  /** All that the caller may see. */
  streams(scope: Scope): Promise<Stream[]>;
  /** The sites of which the caller may see everything: a new camera is nobody's yet. */
  streamSites(scope: Scope): readonly StreamSite[];
  /** The site of one stream that the caller may see. */
  streamSite(site: string, source: string, scope: Scope): StreamSite | undefined;
  /** Whether routes for tests are there at all. */
  testsAllowed(): boolean;
  note(caller: Caller, action: string, subject?: string): void;
}

/** Zones of a camera are long. */
const longestBody = 131_072;
const longestSite = 64;
/** What `add-demo-stream` adds: the clip that comes with the package. */
const demo = { id: 'demo', name: 'Demo', url: 'sample:intruder', location: 'demo' } as const satisfies StreamRequest;

/** What a stream refuses, by the name of the error. */
const statuses: Partial<Record<ErrorName, number>> = {
  ES_BAD_ADDRESS: 422,
  ES_STREAM: 422,
  ES_STREAM_TAKEN: 409,
  ES_STREAM_ADDRESS_LOST: 409,
  ES_STREAM_KEY: 503,
};

/** Answers who reads, adds, changes and runs streams. */
export class StreamAnswers {
  readonly #host: StreamHost;
  readonly #edits = new EditTurns();
  readonly handlers = {
    listStreams: (call) => this.#list(call),
    readStream: (call) => this.#read(call),
    addStream: (call) => this.#add(call),
    changeStream: (call) => this.#change(call),
    removeStream: (call) => this.#remove(call),
    startStream: (call) => this.#run(call, true),
    stopStream: (call) => this.#run(call, false),
    addDemoStream: (call) => this.#addDemo(call),
  } satisfies Partial<Handlers>;

  constructor(host: StreamHost) {
    this.#host = host;
  }

  /** @throws Problem 400 */
  async #list({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, ['site', ...pageParameters]);
    const site = given.text('site', longestSite);
    const fitting = (await this.#host.streams(caller)).filter((one) => site === undefined || one.site === site);
    const { rows: streams, paging } = listPage(given, fitting);
    sendJson(request, response, 200, { streams, ...paging });
  }

  /** @throws Problem 400, 404, 409 */
  async #read(call: Call): Promise<void> {
    const stream = await this.#found(call);
    sendJson(call.request, call.response, 200, stream, editedOf(stream));
  }

  /** @throws Problem 400, 403, 404, 409, 413, 415, 422, 503 */
  async #add({ request, response, caller }: Call): Promise<void> {
    const asked = bodyAs(StreamRequest, await jsonBody(request, longestBody), 'stream');
    const stream = await ask(() => this.#siteFor(asked.site, caller).add(asked));
    this.#host.note(caller, 'stream.add', stream.id);
    response.setHeader('Location', `streams/${stream.id}`);
    sendJson(request, response, 201, stream, editedOf(stream));
  }

  /** @throws Problem 400, 404, 409, 412, 413, 415, 422, 503 */
  async #change(call: Call): Promise<void> {
    const { request, response, caller } = call;
    const change = bodyAs(StreamChange, await jsonBody(request, longestBody), 'change of a stream');
    const changed = await this.#edit(call, ({ id, site }) =>
      ask(async () => this.#host.streamSite(site, id, caller)?.change(id, change)),
    );
    if (changed === undefined) throw noStream();
    sendJson(request, response, 200, changed, editedOf(changed));
  }

  /** @throws Problem 400, 404, 409, 412 */
  async #remove(call: Call): Promise<void> {
    const { response, caller } = call;
    const gone = await this.#edit(call, async ({ id, site }) => this.#host.streamSite(site, id, caller)?.remove(id));
    if (gone !== true) throw noStream();
    response.writeHead(204).end();
  }

  /** @throws Problem 400, 404, 409 */
  async #run(call: Call, enabled: boolean): Promise<void> {
    const { request, response, caller } = call;
    const told = await this.#edit(call, ({ id, site }) =>
      ask(async () => this.#host.streamSite(site, id, caller)?.setEnabled(id, enabled)),
    );
    if (told === undefined) throw noStream();
    sendJson(request, response, 200, told, editedOf(told));
  }

  /** Adds it once; then it is the one that is there, and runs. @throws Problem 400, 403, 404, 409, 503 */
  async #addDemo({ request, response, caller }: Call): Promise<void> {
    if (!this.#host.testsAllowed()) throw new Problem(404, 'There is nothing here.');
    const site = this.#siteFor(siteIn(request.url), caller);
    const present = await site.find(demo.id);
    if (present !== undefined && present.stream_type !== 'demo') {
      throw new Problem(409, 'Another stream is named demo.', { code: 'ES_STREAM_TAKEN' });
    }
    const told = await ask(() => (present === undefined ? site.add(demo) : site.setEnabled(demo.id, true)));
    if (told === undefined) throw noStream();
    this.#host.note(caller, 'stream.demo', demo.id);
    sendJson(request, response, present === undefined ? 201 : 200, told);
  }

  /** Changes the stream that is meant, while nobody else does. @throws Problem 400, 404, 409, 412 */
  async #edit<T>(call: Call, change: (stream: Stream) => Promise<T>): Promise<T> {
    return await this.#edits.take(nameIn(call.parts.stream), async () => {
      const stream = await this.#changeable(call);
      assertUnchanged(call.request, editedOf(stream));
      return await change(stream);
    });
  }

  /** The stream that is meant. @throws Problem 400, 404, 409 */
  async #found({ request, parts, caller }: Call): Promise<Stream> {
    const site = siteIn(request.url);
    const id = nameIn(parts.stream);
    const all = await this.#host.streams(caller);
    const fitting = all.filter((one) => one.id === id && (site === undefined || one.site === site));
    const [stream] = fitting;
    if (stream === undefined) throw noStream();
    if (fitting.length > 1) {
      const ids = fitting.map((one) => one.site).join(', ');
      throw new Problem(409, `Several sites have a stream of this name: add ?site= with one of ${ids}.`);
    }
    return stream;
  }

  /** The same, where the API may change it. @throws Problem 400, 404, 409 */
  async #changeable(call: Call): Promise<Stream> {
    const stream = await this.#found(call);
    if (!stream.read_only) return stream;
    throw new Problem(409, 'This is a camera of the flow: change it in the editor of Node-RED.');
  }

  /** @throws Problem 403, 404, 409 */
  #siteFor(id: string | undefined, caller: Caller): StreamSite {
    const sites = this.#host.streamSites(caller);
    const fitting = sites.filter((site) => id === undefined || site.id === id);
    const [chosen] = fitting;
    if (chosen === undefined && caller.sources !== undefined) throw new Problem(403, 'This needs the whole site.');
    if (chosen === undefined) throw new Problem(404, 'There is no such site.');
    if (fitting.length > 1) {
      const ids = fitting.map((site) => site.id).join(', ');
      throw new Problem(409, `Several sites are open: set site to the id of one (${ids}).`);
    }
    return chosen;
  }
}

/** What people edit of it; the time tells of a password, too, which is not shown. */
function editedOf({ name, location, url, stream_type, auto_start, settings, updated_at }: Stream): unknown {
  return { name, location, url, stream_type, auto_start, settings, updated_at };
}

function siteIn(url: string | undefined): string | undefined {
  return new Parameters(url, ['site']).text('site', longestSite);
}

function nameIn(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw noStream();
  }
}

function noStream(): Problem {
  return new Problem(404, 'There is no such stream.');
}

/** What a stream refuses, as the client is told it. */
async function ask<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = error instanceof SentinelError ? statuses[error.name] : undefined;
    if (!(error instanceof SentinelError) || status === undefined) throw error;
    throw new Problem(status, [error.message, error.hint ?? ''].join(' ').trim(), { code: error.name });
  }
}
