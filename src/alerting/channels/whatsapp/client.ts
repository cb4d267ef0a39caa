import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Clock } from '../../../contracts/ports.ts';
import type { Button } from '../../alert-channel.ts';
import { maskedIn } from '../../recipients.ts';
import type { MessageTemplate } from './message-template.ts';
import { shortened } from '../../text-template.ts';
import type { Answer } from '../../answer.ts';
import { at, retryAfter, serviceRequest, textAt, withoutSecrets } from '../service-request.ts';

const requestMs = 10_000;
const uploadMs = 30_000;

/** Limits of the Cloud API, in characters and bytes. */
export const whatsAppLimits = {
  text: 4096,
  interactive: 1024,
  caption: 1024,
  imageBytes: 5 * 1024 * 1024,
  /** More has no play button, but is loaded first. */
  voiceBytes: 512 * 1024,
  /** A quarter of what it takes: half a minute that looks well on a phone, and leaves on a slow line. */
  videoBytes: 4 * 1024 * 1024,
} as const;

export interface GraphAccount {
  /** Graph API without a path, checked by the owner. */
  baseUrl: URL;
  graphVersion: string;
  phoneNumberId: string;
  accessToken: string;
  /** Approved ones; the first is sent, the others where that is refused. */
  templates: readonly MessageTemplate[];
  /** Of the WhatsApp Business Account, which knows whether its templates are paused; empty: nobody asks. */
  businessAccountId: string;
}

/** What the Graph API says about the number that sends. */
export interface NumberAnswer {
  answer: Answer;
  /** Name that people see; empty where it was not told. */
  verifiedName: string;
  /** The API's clock in epoch milliseconds, cut to the second; undefined without an answer. */
  serverTime: number | undefined;
}

/** The part of a message that names what was uploaded. */
export type MediaContent =
  | { type: 'image'; image: { id: string; caption: string } }
  | { type: 'video'; video: { id: string; caption: string } }
  /** A voice note has no words. */
  | { type: 'audio'; audio: { id: string; voice: true } };

export interface MediaUpload {
  bytes: Uint8Array<ArrayBuffer>;
  mime: string;
  name: string;
}

/** A template and what stands in it. */
export interface FilledTemplate {
  name: string;
  language: string;
  /** Id of the uploaded picture at its head. */
  picture?: string | undefined;
  values: readonly string[];
  /** Of its placeholders, where they have names. */
  names?: readonly string[] | undefined;
  /** What comes back from each of its buttons, in their order. */
  tokens: readonly string[];
}

export interface TemplateStatus {
  language: string;
  status: string;
}

/** A message to one person; `tag` comes back in every status of it (`biz_opaque_callback_data`). */
interface Outgoing {
  to: string;
  tag: string;
}

/**
 * The calls of the WhatsApp Cloud API that alerts need. Every outcome is an `Answer`; nothing is thrown, and neither
 * token nor full phone number leaves this file.
 */
export class WhatsAppClient {
  readonly #account: GraphAccount;
  readonly #clock: Clock;
  /** Ends the requests under way when the sender is stopped. */
  readonly #stop: AbortSignal;

  constructor(account: GraphAccount, clock: Clock, stop: AbortSignal) {
    this.#account = account;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** A text with buttons is cut at 1,024 characters. */
  async sendText(message: Outgoing & { body: string; buttons?: readonly Button[]; replyTo?: string }): Promise<Answer> {
    const { body, buttons = [], replyTo } = message;
    const content =
      buttons.length === 0
        ? { type: 'text', text: { body, preview_url: false } }
        : { type: 'interactive', interactive: withButtons(shortened(body, whatsAppLimits.interactive), buttons) };
    return await this.#send(message, {
      ...content,
      ...(replyTo === undefined ? {} : { context: { message_id: replyTo } }),
    });
  }

  /** Sends an approved template with what belongs into it. */
  async sendTemplate(
    message: Outgoing,
    { name, language: code, picture, values, names, tokens }: FilledTemplate,
  ): Promise<Answer> {
    const parameters = values.map((text, index) => {
      const parameter_name = names?.[index];
      return { type: 'text', ...(parameter_name === undefined ? {} : { parameter_name }), text };
    });
    const components = [
      ...(picture === undefined ? [] : [{ type: 'header', parameters: [{ type: 'image', image: { id: picture } }] }]),
      ...(values.length === 0 ? [] : [{ type: 'body', parameters }]),
      ...tokens.map((payload, index) => ({
        ...{ type: 'button', sub_type: 'quick_reply', index: String(index) },
        parameters: [{ type: 'payload', payload }],
      })),
    ];
    const template = { name, language: { code, policy: 'deterministic' }, components };
    return await this.#send(message, { type: 'template', template });
  }

  /** In which languages there is a template of this name, and whether each is approved, paused, disabled ... */
  async templateStatuses(name: string): Promise<{ answer: Answer; statuses: TemplateStatus[] }> {
    const statuses: TemplateStatus[] = [];
    const request = { method: 'GET', params: { name, fields: 'name,language,status', limit: 100 } };
    const of = `${this.#account.businessAccountId}/message_templates`;
    const answer = await this.#request(of, request, requestMs, ({ data }) => {
      const list = at(data, 'data');
      if (!Array.isArray(list)) return undefined;
      for (const entry of list) {
        const [language, status] = [textAt(entry, 'language'), textAt(entry, 'status')];
        // The question is for names that hold this one.
        if (textAt(entry, 'name') === name && language !== undefined && status !== undefined) {
          statuses.push({ language, status });
        }
      }
      return name;
    });
    return { answer, statuses };
  }

  /** Sends something uploaded as a reply to an earlier message. */
  async sendMedia(message: Outgoing & { media: MediaContent; replyTo: string | undefined }): Promise<Answer> {
    const { media, replyTo } = message;
    return await this.#send(message, {
      ...media,
      ...(replyTo === undefined ? {} : { context: { message_id: replyTo } }),
    });
  }

  /** The answer's id is good for 30 days. */
  async upload({ bytes, mime, name }: MediaUpload): Promise<Answer> {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('type', mime);
    form.set('file', new Blob([bytes], { type: mime }), name);
    const answer = await this.#post('media', form, uploadMs, (data) => textAt(data, 'id'));
    // A second upload does no harm: nobody sees it.
    return answer.result === 'unknown' ? { result: 'unreached', detail: answer.detail } : answer;
  }

  /** Asks about the number that sends. Nothing is sent to anybody. */
  async phoneNumber(): Promise<NumberAnswer> {
    const heard = { verifiedName: '', serverTime: Number.NaN };
    const request = { method: 'GET', params: { fields: 'verified_name' } };
    const answer = await this.#request(this.#account.phoneNumberId, request, requestMs, ({ data, headers }) => {
      heard.verifiedName = textAt(data, 'verified_name') ?? '';
      heard.serverTime = Date.parse(String(headers.date));
      return textAt(data, 'id');
    });
    const { verifiedName, serverTime } = heard;
    return { answer, verifiedName, serverTime: Number.isNaN(serverTime) ? undefined : serverTime };
  }

  async #send({ to, tag }: Outgoing, content: object): Promise<Answer> {
    const body = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to,
      biz_opaque_callback_data: tag,
      ...content,
    };
    const answer = await this.#post('messages', body, requestMs, messageId);
    return withoutNumber(answer, to);
  }

  #post(
    path: 'messages' | 'media',
    body: object,
    limitMs: number,
    idOf: (data: unknown) => string | undefined,
  ): Promise<Answer> {
    return this.#request(
      `${this.#account.phoneNumberId}/${path}`,
      { method: 'POST', data: body },
      limitMs,
      ({ data }) => idOf(data),
    );
  }

  /** @param idOf is asked about every answer, refusals included. */
  async #request(
    path: string,
    request: AxiosRequestConfig,
    limitMs: number,
    idOf: (response: AxiosResponse<unknown>) => string | undefined,
  ): Promise<Answer> {
    const { baseUrl, graphVersion, accessToken } = this.#account;
    const served = await serviceRequest(
      {
        ...request,
        url: `${baseUrl.href.replace(/\/+$/, '')}/${graphVersion}/${path}`,
        headers: { authorization: `Bearer ${accessToken}` },
        limitMs,
        secrets: [accessToken],
      },
      { clock: this.#clock, stop: this.#stop },
    );
    return served.response === undefined ? served.failed : this.#read(served.response, idOf(served.response));
  }

  #read(response: AxiosResponse<unknown>, id: string | undefined): Answer {
    const { status, data, headers } = response;
    if (status >= 200 && status < 300) {
      if (id !== undefined) return { result: 'ok', id };
      return { result: 'unknown', detail: `HTTP ${status} without an id` };
    }
    const error = at(data, 'error');
    const code = at(error, 'code');
    const words = [
      textAt(error, 'message') ?? `HTTP ${status}`,
      textAt(at(error, 'error_data'), 'details'),
      prefixed('trace ', textAt(error, 'fbtrace_id')),
    ].filter((part) => part !== undefined);
    return {
      result: 'refused',
      refusal: {
        status,
        code: typeof code === 'number' ? code : undefined,
        message: withoutSecrets(words.join('; '), [this.#account.accessToken]),
        transient: at(error, 'is_transient') === true,
        retryAfterMs: retryAfter(headers['retry-after'], this.#clock.now()),
      },
    };
  }
}

function withButtons(text: string, buttons: readonly Button[]): object {
  const replies = buttons.map((reply) => ({ type: 'reply', reply }));
  return { type: 'button', body: { text }, action: { buttons: replies } };
}

function messageId(data: unknown): string | undefined {
  const messages = at(data, 'messages');
  return Array.isArray(messages) ? textAt(messages[0], 'id') : undefined;
}

function withoutNumber(answer: Answer, to: string): Answer {
  if (answer.result === 'ok') return answer;
  if (answer.result !== 'refused') return { ...answer, detail: maskedIn(answer.detail, to) };
  return { ...answer, refusal: { ...answer.refusal, message: maskedIn(answer.refusal.message, to) } };
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : prefix + text;
}
