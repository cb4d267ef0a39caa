import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as Twilio keeps it. */
export interface TwilioMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  date_created: string;
  /** Where it is to be reported; empty: nowhere. */
  callback: string;
}

/** What goes wrong with one request: refused, never answered though taken, or never answered and not taken. */
export type TwilioFault = { status: number; code: number; message: string } | 'taken-but-silent' | 'silent';

/** The part of Twilio's REST API that alerts use: messages are sent and listed, with its checks and error bodies. */
export class TwilioServer {
  readonly messages: TwilioMessage[] = [];
  /** Requests in order, as METHOD. */
  accountStatus: 'active' | 'suspended' | 'closed' = 'active';
  readonly requests: string[] = [];
  /** For the next POSTs, one each. */
  readonly faults: TwilioFault[] = [];
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });
  readonly #accountSid: string;
  readonly #authToken: string;
  /** Of the clock that dates its messages, in epoch milliseconds. */
  now: () => number = Date.now;

  private constructor(accountSid: string, authToken: string) {
    this.#accountSid = accountSid;
    this.#authToken = authToken;
  }

  static async start(accountSid: string, authToken: string): Promise<TwilioServer> {
    const twilio = new TwilioServer(accountSid, authToken);
    await new Promise<void>((resolve) => twilio.#server.listen(0, '127.0.0.1', resolve));
    return twilio;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * Posts what became of a message, signed, as through a proxy that has the public address.
   * @param via where the path and query of the address lead
   * @param forged signs with this in place of the auth token
   */
  async report(
    { sid, callback }: TwilioMessage,
    { status, code, via, forged }: { status: string; code?: number; via: string; forged?: string },
  ): Promise<number> {
    const fields = new URLSearchParams({
      ...{ MessageSid: sid, SmsSid: sid, AccountSid: this.#accountSid, MessageStatus: status, SmsStatus: status },
      ...(code === undefined ? {} : { ErrorCode: String(code) }),
    });
    const sorted = [...fields].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const signature = createHmac('sha1', forged ?? this.#authToken)
      .update(callback + sorted.flat().join(''))
      .digest('base64');
    const { pathname, search } = new URL(callback);
    const answer = await fetch(`${via}${pathname}${search}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature, 'content-type': 'application/x-www-form-urlencoded' },
      body: fields.toString(),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const refuse = (status: number, code: number, message: string): void => {
      send(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
    };
    this.requests.push(request.method ?? '');
    const login = Buffer.from(`${this.#accountSid}:${this.#authToken}`).toString('base64');
    if (request.headers.authorization !== `Basic ${login}`) refuse(401, 20003, 'Authenticate');
    else if (pathname === `/2010-04-01/Accounts/${this.#accountSid}.json`)
      send(200, { sid: this.#accountSid, status: this.accountStatus });
    else if (pathname !== `/2010-04-01/Accounts/${this.#accountSid}/Messages.json`) refuse(404, 20404, 'Not found');
    else if (request.method === 'GET') send(200, { messages: this.#listed(searchParams.get('To') ?? '') });
    else {
      const fault = this.faults.shift();
      if (typeof fault === 'object') refuse(fault.status, fault.code, fault.message);
      else if (fault === 'silent') return;
      else {
        const to = form.get('To') ?? '';
        if (!/^\+[1-9]\d{6,14}$/.test(to)) {
          refuse(400, 21211, `Invalid 'To' Phone Number: ${to}`);
          return;
        }
        const callback = form.get('StatusCallback') ?? '';
        if (callback !== '' && !/^https:\/\/[^/_]+\.[^/_]+\//.test(callback)) {
          refuse(400, 21609, `The StatusCallback URL ${callback} is not a valid URL.`);
          return;
        }
        const { sid, body, date_created } = this.#take(to, form);
        if (fault !== 'taken-but-silent')
          send(201, { sid, to, body, date_created, status: 'queued', error_code: null });
      }
    }
  }

  #take(to: string, form: URLSearchParams): TwilioMessage {
    const message = {
      sid: `SM${String(this.messages.length).padStart(32, '0')}`,
      to,
      from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
      body: form.get('Body') ?? '',
      date_created: new Date(this.now()).toUTCString(),
      callback: form.get('StatusCallback') ?? '',
    };
    this.messages.push(message);
    return message;
  }

  /** Newest first, as Twilio does. */
  #listed(to: string): TwilioMessage[] {
    return this.messages.filter((message) => message.to === to).reverse();
  }
}
