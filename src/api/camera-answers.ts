import type { Scope } from '../contracts/access.ts';
import { CameraQuery, type CameraList } from '../contracts/cameras.ts';
import type { MicrophoneList } from '../contracts/listening.ts';
import type { Clock } from '../contracts/ports.ts';
import type { Call, Handlers } from './call.ts';
import { listPage, pageParameters } from './list-page.ts';
import { Parameters } from './parameters.ts';
import { ClientBudget } from './client-budget.ts';
import { Problem } from './problem.ts';
import { isCrossSite } from './same-site.ts';
import { hasAlready, sendJson } from './send.ts';

/** What the routes of cameras and microphones serve. */
export interface CameraHost {
  cameras(scope: Scope): CameraList;
  /** The same with those that are gone. @throws SentinelError ES_DATABASE */
  allCameras(scope: Scope): Promise<CameraList>;
  microphones(scope: Scope): MicrophoneList;
  /** The live picture of an id; undefined while there is none, `unknown` when nothing that the caller may see has this id. */
  preview(id: string, scope: Scope): { jpeg: Buffer; tag: string } | undefined | 'unknown';
  clock: Clock;
}

/** A slow reader keeps an old picture in memory. */
const mostAtOnce = 64;
const stalledAfterMs = 10_000;

/** Answers who asks for cameras, their live pictures and what is heard; they are shown to nobody else's page. */
export class CameraAnswers {
  readonly #host: CameraHost;
  readonly #budget: ClientBudget;
  readonly handlers = {
    listCameras: (call) => this.#cameras(call),
    listMicrophones: (call) => {
      this.#microphones(call);
    },
    readPreview: (call) => {
      this.#picture(call);
    },
  } satisfies Partial<Handlers>;
  #underWay = 0;

  constructor(host: CameraHost) {
    this.#host = host;
    this.#budget = new ClientBudget(host.clock);
  }

  /** @throws Problem 400, 403, 429 */
  async #cameras(call: Call): Promise<void> {
    const { request, response, caller } = call;
    this.#admit(call);
    const given = new Parameters(request.url, Object.keys(CameraQuery.properties));
    const withGone = given.oneOf('gone', ['true', 'false']) === 'true';
    const all = withGone ? await this.#host.allCameras(caller) : this.#host.cameras(caller);
    const { rows: cameras, paging } = listPage(given, all.cameras);
    sendJson(request, response, 200, { cameras, ...paging });
  }

  /** @throws Problem 400, 403, 429 */
  #microphones(call: Call): void {
    const { request, response, caller } = call;
    this.#admit(call);
    const given = new Parameters(request.url, pageParameters);
    const { rows: microphones, paging } = listPage(given, this.#host.microphones(caller).microphones);
    sendJson(request, response, 200, { microphones, ...paging });
  }

  /** @throws Problem 403, 404, 429, 503 */
  #picture(call: Call): void {
    const { request, response, parts, caller } = call;
    this.#admit(call);
    const picture = this.#host.preview(parts.preview ?? '', caller);
    if (picture === 'unknown') throw new Problem(404, 'There is no such live picture.');
    if (picture === undefined) {
      response.writeHead(204, { 'Retry-After': '1' }).end();
      return;
    }
    const etag = `"${picture.tag}"`;
    if (hasAlready(request, etag)) {
      response.writeHead(304, { ETag: etag }).end();
      return;
    }
    if (this.#underWay >= mostAtOnce) {
      throw new Problem(503, 'Too many live pictures are being read at once.', { headers: { 'Retry-After': '2' } });
    }
    this.#underWay += 1;
    response.on('close', () => {
      this.#underWay -= 1;
    });
    response.setTimeout(stalledAfterMs, () => response.destroy());
    const { jpeg } = picture;
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': jpeg.length, ETag: etag });
    response.end(request.method === 'HEAD' ? undefined : jpeg);
  }

  #admit({ request, caller }: Call): void {
    // A browser asks in the name of its user: no foreign page may make this machine draw pictures.
    if (isCrossSite(request)) throw new Problem(403, 'Pages of another origin may not do this.');
    if (this.#budget.spend(request, caller.name)) return;
    throw new Problem(429, 'So many questions a second are not answered.', { headers: { 'Retry-After': '1' } });
  }
}
