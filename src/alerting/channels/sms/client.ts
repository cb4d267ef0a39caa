import type { AxiosResponse } from 'axios';
import type { ChannelTools } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import { maskedIn } from '../../recipients.ts';
import { at, retryAfter, serviceRequest, textAt, withoutSecrets, type Served } from '../service-request.ts';

const requestMs = 10_000;
/** Error of Twilio: the address for reports is none that it posts to. */
const badCallback = 21609;
/** Clocks of provider and machine may differ by this much. */
const clockToleranceMs = 120_000;

export interface TwilioAccount {
  /** Of the REST API, without a path. */
  baseUrl: URL;
  accountSid: string;
  authToken: string;
  /** A number or name that sends, or the SID of a messaging service. */
  from: string;
}

export interface Sms {
  /** International form, digits only. */
  to: string;
  body: string;
  /** Where Twilio is to post what becomes of it. */
  reportTo?: string | undefined;
}

/** The calls of Twilio's REST API that alerts need. Nothing is thrown; neither token nor full number leaves this file. */
export class TwilioClient {
  readonly #account: TwilioAccount;
  readonly #tools: ChannelTools;

  constructor(account: TwilioAccount, tools: ChannelTools) {
    this.#account = account;
    this.#tools = tools;
  }

  /** Sends one message. */
  async send({ to, body, reportTo }: Sms): Promise<Answer> {
    const { from } = this.#account;
    const sender = /^MG[0-9a-f]{32}$/i.test(from) ? { MessagingServiceSid: from } : { From: from };
    const form = new URLSearchParams({ To: `+${to}`, ...sender, Body: body });
    if (reportTo !== undefined) form.set('StatusCallback', reportTo);
    const answer = withoutNumber(this.#read(await this.#request('POST', form)), to);
    const isAddressRefused = answer.result === 'refused' && answer.refusal.code === badCallback;
    // No alert is lost for an address that Twilio does not like.
    return isAddressRefused && reportTo !== undefined ? await this.send({ to, body }) : answer;
  }

  /**
   * The message of an earlier attempt: the same text to the same person since then.
   * @returns undefined when Twilio has none; any other answer but `ok` says that Twilio could not be asked.
   */
  async find({ to, body }: Sms, since: number): Promise<Answer | undefined> {
    const served = await this.#request('GET', new URLSearchParams({ To: `+${to}`, PageSize: '50' }));
    if (served.response === undefined) return { result: 'unreached', detail: served.failed.detail };
    const { status, data } = served.response;
    const messages = at(data, 'messages');
    if (status !== 200 || !Array.isArray(messages)) return withoutNumber(this.#read(served), to);
    const sent = (messages as unknown[]).find((message) => {
      const created = Date.parse(textAt(message, 'date_created') ?? '');
      return textAt(message, 'body') === body && created >= since - clockToleranceMs;
    });
    const id = textAt(sent, 'sid');
    return id === undefined ? undefined : { result: 'ok', id, found: true };
  }

  /** Asks about the account. Nothing is sent to anybody. */
  async account(): Promise<Answer> {
    const served = await this.#request('GET', new URLSearchParams(), '.json');
    const status = served.response === undefined ? undefined : textAt(served.response.data, 'status');
    if (status === 'suspended' || status === 'closed') {
      const refusal = { status: 403, code: undefined, message: `the account is ${status}`, transient: false };
      return { result: 'refused', refusal: { ...refusal, retryAfterMs: undefined } };
    }
    return this.#read(served);
  }

  #request(method: 'GET' | 'POST', form: URLSearchParams, path = '/Messages.json'): Promise<Served> {
    const { baseUrl, accountSid, authToken } = this.#account;
    const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    return serviceRequest(
      {
        method,
        url: `${baseUrl.href.replace(/\/+$/, '')}/2010-04-01/Accounts/${accountSid}${path}`,
        headers: { authorization: `Basic ${basic}` },
        ...(method === 'GET' ? { params: form } : { data: form }),
        limitMs: requestMs,
        secrets: [authToken, basic],
      },
      this.#tools,
    );
  }

  #read(served: Served): Answer {
    if (served.response === undefined) return served.failed;
    const { status, data, headers }: AxiosResponse<unknown> = served.response;
    const failed = ['failed', 'undelivered', 'canceled'].includes(textAt(data, 'status') ?? '');
    if (status >= 200 && status < 300 && !failed) {
      const id = textAt(data, 'sid');
      return id === undefined ? { result: 'unknown', detail: `HTTP ${status} without a sid` } : { result: 'ok', id };
    }
    const code = at(data, failed ? 'error_code' : 'code');
    const words = textAt(data, failed ? 'error_message' : 'message') ?? `HTTP ${status}`;
    return {
      result: 'refused',
      refusal: {
        status: failed ? 400 : status,
        code: typeof code === 'number' ? code : undefined,
        message: withoutSecrets(words, [this.#account.authToken]),
        transient: false,
        retryAfterMs: retryAfter(headers['retry-after'], this.#tools.clock.now()),
      },
    };
  }
}

function withoutNumber(answer: Answer, to: string): Answer {
  if (answer.result === 'ok') return answer;
  if (answer.result !== 'refused') return { ...answer, detail: maskedIn(answer.detail, to) };
  return { ...answer, refusal: { ...answer.refusal, message: maskedIn(answer.refusal.message, to) } };
}
