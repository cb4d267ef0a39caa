import { pictureType } from '../../../pictures/picture-type.ts';
import type { ChannelTools, RowFiles } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import type { Outgoing, Part } from '../../outbox-row.ts';
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

/** Error of the Graph API: the last word of the person is older than 24 hours. */
const windowClosed = 131047;

interface CourierOptions {
  buttons?: ChannelTools['buttons'];
  template?: MessageTemplate | undefined;
}

/** Makes the calls that bring a row to its recipient. */
export class Courier {
  readonly #client: WhatsAppClient;
  readonly #buttons: NonNullable<ChannelTools['buttons']>;
  readonly #template: MessageTemplate | undefined;
  readonly #uploads = new Map<string, Promise<Answer>>();

  constructor(client: WhatsAppClient, { buttons, template }: CourierOptions = {}) {
    this.#client = client;
    this.#buttons = buttons ?? (() => Promise.resolve([]));
    this.#template = template;
  }

  /** @throws SentinelError ES_DATABASE */
  async send(row: Outgoing, files: RowFiles): Promise<Answer> {
    const to = { to: row.recipient, tag: row.id };
    if (row.part === 'text') return await this.#sendText(row);
    const form = forms[row.part as Exclude<Part, 'text'>];
    const upload: Answer =
      row.media_id === null ? await this.#upload(row, form, files) : { result: 'ok', id: row.media_id };
    if (upload.result !== 'ok') return upload;
    const replyTo = row.depends_on === null ? undefined : await files.providerId(row.depends_on);
    return await this.#client.sendMedia({ ...to, media: form.content(upload.id, row.body), replyTo });
  }

  /** As free text; as a template where that is refused since the person has not written for a day. */
  async #sendText(row: Outgoing): Promise<Answer> {
    const to = { to: row.recipient, tag: row.id };
    const answer = await this.#client.sendText({ ...to, body: row.body, buttons: await this.#buttons(row) });
    const isClosed = answer.result === 'refused' && answer.refusal.code === windowClosed;
    if (!isClosed || this.#template === undefined) return answer;
    return await this.#client.sendTemplate({ ...to, text: row.body }, this.#template);
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
