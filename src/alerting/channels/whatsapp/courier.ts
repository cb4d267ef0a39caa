import { pictureType } from '../../../pictures/picture-type.ts';
import type { ChannelTools, MessageWindows, RowFiles } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import type { Outgoing, Part } from '../../outbox-row.ts';
import { freeForm, templateForm, templateOf, windowClosed } from './forms.ts';
import type { MediaContent, MediaUpload, MessageTemplate, WhatsAppClient } from './client.ts';

type Bytes = Uint8Array<ArrayBuffer>;

interface MediaForm {
  upload: (bytes: Bytes) => MediaUpload;
  content: (id: string, caption: string) => MediaContent;
}

const forms: Readonly<Record<Exclude<Part, 'text'>, MediaForm>> = {
  image: {
    upload: (bytes) => {
      const mime = pictureType(bytes) ?? 'image/jpeg';
      return { bytes, mime, name: mime === 'image/png' ? 'snapshot.png' : 'snapshot.jpg' };
    },
    content: (id, caption) => ({ type: 'image', image: { id, caption } }),
  },
  voice: {
    // Without its codec this type is refused.
    upload: (bytes) => ({ bytes, mime: 'audio/ogg; codecs=opus', name: 'sound.ogg' }),
    content: (id) => ({ type: 'audio', audio: { id, voice: true } }),
  },
  video: {
    upload: (bytes) => ({ bytes, mime: 'video/mp4', name: 'clip.mp4' }),
    content: (id, caption) => ({ type: 'video', video: { id, caption } }),
  },
};

interface CourierOptions {
  buttons?: ChannelTools['buttons'];
  template?: MessageTemplate | undefined;
  windows?: MessageWindows | undefined;
}

/** Nothing but templates would be taken: it is known without asking. */
const refusedUnasked: Answer = {
  result: 'refused',
  refusal: {
    ...{ status: 0, code: windowClosed, message: 'the person has not written for 24 hours' },
    ...{ transient: false, retryAfterMs: undefined },
  },
};

/** Makes the calls that bring a row to its recipient. */
export class Courier {
  readonly #client: WhatsAppClient;
  readonly #buttons: NonNullable<ChannelTools['buttons']>;
  readonly #template: MessageTemplate | undefined;
  readonly #windows: MessageWindows | undefined;
  readonly #uploads = new Map<string, Promise<Answer>>();

  constructor(client: WhatsAppClient, { buttons, template, windows }: CourierOptions = {}) {
    this.#client = client;
    this.#buttons = buttons ?? (() => Promise.resolve([]));
    this.#template = template;
    this.#windows = windows;
  }

  /** @throws SentinelError ES_DATABASE */
  async send(row: Outgoing, files: RowFiles): Promise<Answer> {
    const to = { to: row.recipient, tag: row.id };
    if (row.part === 'text') return await this.#sendText(row);
    if ((await this.#windows?.of(row.recipient)) === 'closed') return refusedUnasked;
    const form = forms[row.part as Exclude<Part, 'text'>];
    const upload: Answer =
      row.media_id === null ? await this.#upload(row, form, files) : { result: 'ok', id: row.media_id };
    if (upload.result !== 'ok') return upload;
    const replyTo = row.depends_on === null ? undefined : await files.providerId(row.depends_on);
    return await this.#client.sendMedia({ ...to, media: form.content(upload.id, row.body), replyTo });
  }

  /** As free text, or as a template where the person has not written for a day or free text was refused for that. */
  async #sendText(row: Outgoing): Promise<Answer> {
    const to = { to: row.recipient, tag: row.id };
    const template = this.#template;
    if (template !== undefined && (await this.#needsTemplate(row))) {
      return { ...(await this.#client.sendTemplate({ ...to, text: row.body }, template)), form: templateForm(0) };
    }
    const answer = await this.#client.sendText({ ...to, body: row.body, buttons: await this.#buttons(row) });
    return { ...answer, form: freeForm };
  }

  async #needsTemplate({ form, recipient }: Outgoing): Promise<boolean> {
    return templateOf(form) !== undefined || (await this.#windows?.of(recipient)) === 'closed';
  }

  /** One upload for all recipients of an alert, even at the same moment. */
  async #upload(row: Outgoing, form: MediaForm, files: RowFiles): Promise<Answer> {
    const key = `${row.alert_id} ${row.part} ${row.sequence}`;
    const present = this.#uploads.get(key);
    if (present !== undefined) return await present;
    const upload = this.#uploadNow(row, form, files);
    this.#uploads.set(key, upload);
    try {
      return await upload;
    } finally {
      this.#uploads.delete(key);
    }
  }

  async #uploadNow(row: Outgoing, form: MediaForm, files: RowFiles): Promise<Answer> {
    const bytes = await files.media(row.id);
    if (bytes === undefined) return { result: 'unreached', detail: `the ${row.part} is missing in the outbox` };
    const answer = await this.#client.upload(form.upload(bytes));
    if (answer.result === 'ok') await files.setMediaId(row, answer.id);
    return answer;
  }
}
