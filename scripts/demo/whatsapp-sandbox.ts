import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Conversation, type SandboxMessage } from './whatsapp/conversation.ts';
import { answerFault, type Fault } from './whatsapp/fault.ts';
import { GraphError } from './whatsapp/graph-error.ts';
import { MediaStore } from './whatsapp/media-store.ts';
import { checkMessage } from './whatsapp/message-check.ts';
import { MessageWindows, type WindowRule } from './whatsapp/message-windows.ts';
import { parseMultipart } from './whatsapp/multipart.ts';
import { TemplateStore, type TemplateStatus } from './whatsapp/template-store.ts';
import type { WebhookTarget } from './whatsapp/webhook.ts';

export type { Fault, SandboxMessage, WebhookTarget, WindowRule };

export interface SandboxOptions {
  /** 0 takes a free one. */
  port: number;
  /** The access token that is let in. */
  token: string;
  phoneNumberId: string;
  /** Where status webhooks go. */
  webhook?: WebhookTarget;
  /** Id of the WhatsApp Business Account, whose templates can be asked for; default: there is none. */
  businessAccountId?: string;
  /** How long an answer takes; default 80 ms. */
  latencyMs?: number;
  /** What becomes of free text outside the 24 hours after somebody wrote; default open: it is taken all the same. */
  window?: WindowRule;
}

export interface Sandbox {
  readonly url: string;
  /** The newest 500. */
  readonly messages: readonly SandboxMessage[];
  onMessage(listener: (message: SandboxMessage) => void): void;
  /** Receipts and what people write are posted there from now on; undefined: nowhere. */
  postTo(target: WebhookTarget | undefined): void;
  /** Somebody writes to the number. @returns the wamid. */
  write(from: string, text: string): string;
  /** Somebody presses a button of a message: who got it, or anybody else. @returns the wamid. */
  press(message: SandboxMessage, title: string, from?: string): string;
  /** What becomes of free text outside the window from now on. */
  enforceWindow(rule: WindowRule): void;
  /** As 24 hours after the last words of somebody, or of everybody. */
  closeWindow(person?: string): void;
  /** A message that was accepted turns out not to reach the phone, with an error of this code. */
  report(message: SandboxMessage, code: number): void;
  /** How many uploads were taken. */
  readonly uploads: number;
  /** Forgets everything that was uploaded, as after 30 days. */
  forgetMedia(): void;
  /** A template is paused, disabled ... or approved again, in one language or in all. */
  template(name: string, status: TemplateStatus, language?: string): void;
  /** The next calls of their kind go wrong like this, in this order. */
  fail(...faults: Fault[]): void;
  /** Hangs up on everybody and answers nobody until `comeBack`; what it has taken it keeps. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the endpoints of the WhatsApp Cloud API that we use, on 127.0.0.1 only, with a page at / that
 * shows the conversation. Nothing leaves the machine.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = new SandboxServer(options);
  await sandbox.listen(options.port);
  return sandbox;
}

/** More than any allowed upload, so that too large ones get the API's own error. */
const largestBody = 32 * 1024 * 1024;
/** Error of free text outside the window. */
const windowClosed = 131047;
/** How long the address of a download is good. */
const downloadMs = 5 * 60_000;

const pageFiles: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: 'phone.html', type: 'text/html; charset=utf-8' },
  '/phone.css': { file: 'phone.css', type: 'text/css; charset=utf-8' },
  '/phone.js': { file: 'phone.js', type: 'text/javascript; charset=utf-8' },
};

class SandboxServer implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #server: Server;
  readonly #conversation: Conversation;
  readonly #media = new MediaStore();
  readonly #templates = new TemplateStore();
  readonly #windows: MessageWindows;
  readonly #downloads = new Map<string, string>();
  #faults: Fault[] = [];
  #url = '';

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#windows = new MessageWindows(options.window ?? 'open');
    this.#conversation = new Conversation(options.phoneNumberId, options.webhook);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (error instanceof GraphError) json(response, error.status, error.body(randomBytes(8).toString('hex')));
        else response.destroy();
      });
    });
  }

  get url(): string {
    return this.#url;
  }

  get messages(): readonly SandboxMessage[] {
    return this.#conversation.messages;
  }

  onMessage(listener: (message: SandboxMessage) => void): void {
    this.#conversation.onMessage(listener);
  }

  postTo(target: WebhookTarget | undefined): void {
    this.#conversation.webhook = target;
  }

  write(from: string, text: string): string {
    this.#windows.opened(from);
    return this.#conversation.write(from, text);
  }

  press(message: SandboxMessage, title: string, from = message.to): string {
    this.#windows.opened(from);
    return this.#conversation.press(message, title, from);
  }

  enforceWindow(rule: WindowRule): void {
    this.#windows.rule = rule;
  }

  closeWindow(person?: string): void {
    this.#windows.close(person);
  }

  report(message: SandboxMessage, code: number): void {
    this.#conversation.failed(message, code);
  }

  get uploads(): number {
    return this.#media.taken;
  }

  forgetMedia(): void {
    this.#media.clear();
  }

  template(name: string, status: TemplateStatus, language?: string): void {
    this.#templates.set(name, status, language);
  }

  fail(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async comeBack(): Promise<void> {
    await this.listen(Number(new URL(this.#url).port));
  }

  async close(): Promise<void> {
    this.#conversation.close();
    await this.goAway();
  }

  async goAway(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page elsewhere whose name was made to resolve to this machine must not read the conversation.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      response.writeHead(403).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', this.#url);
    if (request.method === 'GET' && this.#answerPerson(pathname, response)) return;
    await this.#answerProgram(request, pathname, response);
  }

  /** The page for people and what it loads. @returns false when the path is none of these. */
  #answerPerson(pathname: string, response: ServerResponse): boolean {
    const page = pageFiles[pathname];
    const picture = this.#media.find(/^\/pictures\/(\d+)$/.exec(pathname)?.[1] ?? '');
    if (page !== undefined) {
      response.writeHead(200, {
        'content-type': page.type,
        'content-security-policy': "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
      response.end(readFileSync(join(import.meta.dirname, 'whatsapp', page.file)));
    } else if (pathname === '/events') {
      this.#conversation.watch(response);
    } else if (picture !== undefined) {
      response.writeHead(200, { 'content-type': picture.mime, 'cache-control': 'private, max-age=86400' });
      response.end(picture.bytes);
    } else {
      return false;
    }
    return true;
  }

  /** The endpoints of the Graph API. @throws GraphError */
  async #answerProgram(request: IncomingMessage, pathname: string, response: ServerResponse): Promise<void> {
    const { token, phoneNumberId, latencyMs = 80 } = this.#options;
    const body = await bodyOf(request);
    const receivedAt = Date.now();
    await pause(latencyMs);
    if (request.headers.authorization !== `Bearer ${token}`) throw new GraphError(190);
    if (request.method === 'GET' && /^\/v\d+\.\d+\/(\w+)$/.exec(pathname)?.[1] === phoneNumberId) {
      json(response, 200, { id: phoneNumberId, verified_name: 'EchoSight sandbox' });
      return;
    }
    const listed = /^\/v[\d.]+\/(\d+)\/message_templates$/.exec(pathname)?.[1];
    if (request.method === 'GET' && listed !== undefined && listed === this.#options.businessAccountId) {
      const { searchParams } = new URL(request.url ?? '/', this.#url);
      json(response, 200, { data: this.#templates.list(searchParams.get('name') ?? ''), paging: {} });
      return;
    }
    if (request.method === 'GET') {
      this.#answerMedia(pathname, response);
      return;
    }
    const [, id = '', call] = /^\/v\d+\.\d+\/(\w+)\/(messages|media)$/.exec(pathname) ?? [];
    if (request.method !== 'POST' || (call !== 'messages' && call !== 'media')) throw new GraphError(2500, pathname);
    if (id !== phoneNumberId) throw new GraphError(100, `Object with ID '${id}' does not exist or may not be used`);
    const fault = this.#nextFault(call);
    if (fault !== undefined && !('answer' in fault)) {
      answerFault(fault, response);
      return;
    }
    const accept = () =>
      call === 'media'
        ? { id: this.#media.add(parseMultipart(body, request.headers['content-type'] ?? '')) }
        : this.#takeMessage(body, receivedAt);
    const answer = fault?.arrived === false ? {} : accept();
    if (fault === undefined) json(response, 200, answer);
    else if (fault.answer === 'cut') response.destroy();
  }

  #takeMessage(body: Buffer, receivedAt: number): object {
    const checked = checkMessage(parsedJson(body), {
      media: (id) => this.#media.find(id) !== undefined,
      message: (id) => this.#conversation.has(id),
      template: (name, language) => this.#templates.find(name, language),
    });
    const rule = this.#windows.ruleFor(checked);
    const late = 'More than 24 hours have passed since the recipient last replied';
    if (rule === 'refuse') throw new GraphError(windowClosed, late);
    const id =
      rule === 'report' ? this.#conversation.lose(checked, windowClosed) : this.#conversation.add(checked, receivedAt);
    return {
      messaging_product: 'whatsapp',
      contacts: [{ input: checked.to, wa_id: checked.to }],
      messages: [{ id }],
    };
  }

  /** What a media id stands for, or the file itself. */
  #answerMedia(pathname: string, response: ServerResponse): void {
    const key = /^\/download\/(\w+)$/.exec(pathname)?.[1];
    const id = key === undefined ? /^\/v\d+\.\d+\/(\d+)$/.exec(pathname)?.[1] : this.#downloads.get(key);
    const media = this.#media.find(id ?? '');
    if (id === undefined || media === undefined) throw new GraphError(100, `${pathname} does not exist`);
    const { mime, sha256, bytes } = media;
    if (key !== undefined) {
      response.writeHead(200, { 'content-type': mime, 'content-length': bytes.length }).end(bytes);
      return;
    }
    const url = `${this.#url}/download/${this.#downloadKey(id)}`;
    json(response, 200, { url, mime_type: mime, sha256, file_size: bytes.length, id, messaging_product: 'whatsapp' });
  }

  #downloadKey(mediaId: string): string {
    const key = randomBytes(16).toString('hex');
    this.#downloads.set(key, mediaId);
    setTimeout(() => this.#downloads.delete(key), downloadMs).unref();
    return key;
  }

  #nextFault(call: 'messages' | 'media'): Fault | undefined {
    const fault = this.#faults.find((candidate) => (candidate.on ?? 'messages') === call);
    this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody) throw new GraphError(100, 'The request is too large', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new GraphError(100, 'The body is not JSON');
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}
