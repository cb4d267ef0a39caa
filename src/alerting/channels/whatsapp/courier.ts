import { createHash } from 'node:crypto';
import { pictureType } from '../../../pictures/picture-type.ts';
import type { ChannelTools, RowFiles } from '../../alert-channel.ts';
import type { AlertLanguage } from '../../alert-words.ts';
import type { Answer } from '../../answer.ts';
import type { Outgoing, Part } from '../../outbox-row.ts';
import type { MediaContent, MediaUpload, WhatsAppClient } from './client.ts';
import { isUnknownMedia } from './error-table.ts';
import { freeForm, mediaFault, templateForm, templateOf, windowClosed } from './forms.ts';
import { languageFor, templateValues, type MessageTemplate } from './message-template.ts';
import { noPicture } from './no-picture.ts';
import type { TemplateBook } from './template-book.ts';

type Bytes = Uint8Array<ArrayBuffer>;

interface MediaForm {
  upload: (bytes: Bytes) => MediaUpload;
  content: (id: string, caption: string) => MediaContent;
}

type MediaPart = Exclude<Part, 'text'>;

const forms: Readonly<Record<MediaPart, MediaForm>> = {
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

/** How long a template waits for its picture: an alert is never held back for long. */
const pictureMs = 8_000;

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
  readonly #book: TemplateBook;
  readonly #tools: Pick<ChannelTools, 'buttons' | 'clock' | 'place' | 'uploads' | 'windows'>;
  readonly #uploads = new Map<string, Promise<Answer>>();

  constructor(client: WhatsAppClient, book: TemplateBook, tools: ChannelTools) {
    this.#client = client;
    this.#book = book;
    this.#tools = tools;
  }

  /** @throws SentinelError ES_DATABASE */
  async send(row: Outgoing, files: RowFiles): Promise<Answer> {
    if (row.part === 'text') return await this.#sendText(row, files);
    if ((await this.#tools.windows?.of(row.recipient)) === 'closed') return refusedUnasked;
    const upload = await this.#uploaded(row, files);
    if (upload.result !== 'ok') return upload;
    const replyTo = row.depends_on === null ? undefined : await files.providerId(row.depends_on);
    const media = forms[row.part as MediaPart].content(upload.id, row.body);
    const answer = await this.#client.sendMedia({ to: row.recipient, tag: row.id, media, replyTo });
    if (spoilt(answer)) await this.#tools.uploads?.forget(upload.id);
    return answer;
  }

  /** As free text, or as a template where the person has not written for a day or free text was refused for that. */
  async #sendText(row: Outgoing, files: RowFiles): Promise<Answer> {
    const templates = this.#book.templates.length;
    const from = templateOf(row.form) ?? ((await this.#tools.windows?.of(row.recipient)) === 'closed' ? 0 : undefined);
    if (from !== undefined && templates > 0) {
      return await this.#sendTemplate(row, this.#book.usable(from, languageOf(row)), files);
    }
    const buttons = (await this.#tools.buttons?.(row)) ?? [];
    const answer = await this.#client.sendText({ to: row.recipient, tag: row.id, body: row.body, buttons });
    return { ...answer, form: freeForm };
  }

  async #sendTemplate(row: Outgoing, wanted: number, files: RowFiles): Promise<Answer> {
    const language = languageOf(row);
    const { index, template, picture } = await this.#withPicture(row, wanted, files);
    const place = { siteName: row.site, ...this.#tools.place?.(), language };
    const buttons = template.buttons ? ((await this.#tools.buttons?.(row, true)) ?? []) : [];
    const answer = await this.#client.sendTemplate(
      { to: row.recipient, tag: row.id },
      {
        ...{ name: template.name, language: languageFor(template, language), picture: picture?.id },
        values: templateValues(template, row, place),
        names: template.names,
        tokens: buttons.map(({ id }) => id),
      },
    );
    if (picture !== undefined && spoilt(answer)) {
      await this.#tools.uploads?.forget(picture.id);
      if (picture.row !== undefined) await files.setMediaId(picture.row, null);
    }
    if (answer.result === 'ok') this.#book.taken(index, language);
    if (answer.result === 'refused') this.#book.refused(index, language, answer.refusal);
    const carried = picture?.row === undefined ? {} : { carried: [picture.row] };
    return { ...answer, form: templateForm(index), ...carried };
  }

  /**
   * The template that is sent, with the picture at its head where it has one. Without a picture, or where it does not come in time, it
   * is a later template without one; where there is none, a picture that says nothing.
   */
  async #withPicture(row: Outgoing, index: number, files: RowFiles): Promise<Chosen> {
    const template = this.#template(index);
    if (!template.header) return { index, template };
    const shown = await files.pictureOf(row.id);
    const upload = shown === undefined ? undefined : await this.#inTime(this.#uploaded(shown, files));
    if (shown !== undefined && upload?.result === 'ok')
      return { index, template, picture: { id: upload.id, row: shown } };
    const plain = this.#book.templates.findIndex((one, place) => place > index && !one.header);
    if (plain !== -1) return { index: plain, template: this.#template(plain) };
    const blank = await this.#uploadOnce(forms.image.upload(new Uint8Array(noPicture)));
    return { index, template, ...(blank.result === 'ok' ? { picture: { id: blank.id } } : {}) };
  }

  #template(index: number): MessageTemplate {
    const template = this.#book.templates[index];
    if (template === undefined) throw new RangeError(`There is no template ${index}.`);
    return template;
  }

  async #inTime(upload: Promise<Answer>): Promise<Answer | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#tools.clock.after(pictureMs, () => {
      resolve(undefined);
    });
    try {
      return await Promise.race([upload, promise]);
    } finally {
      cancel();
      upload.catch(() => undefined);
    }
  }

  /** The id of what a row shows. */
  async #uploaded(row: Outgoing, files: RowFiles): Promise<Answer> {
    if (row.media_id !== null) return { result: 'ok', id: row.media_id };
    const bytes = await files.media(row.id);
    if (bytes === undefined) return missing(row.part);
    const answer = await this.#uploadOnce(forms[row.part as MediaPart].upload(bytes));
    if (answer.result === 'ok') await files.setMediaId(row, answer.id);
    return answer;
  }

  /** The same content once, whoever sends it and even at the same moment. */
  async #uploadOnce(media: MediaUpload): Promise<Answer> {
    const sha256 = createHash('sha256').update(media.bytes).digest('hex');
    const present = this.#uploads.get(sha256);
    if (present !== undefined) return await present;
    const upload = this.#uploadNow(media, sha256);
    this.#uploads.set(sha256, upload);
    try {
      return await upload;
    } finally {
      this.#uploads.delete(sha256);
    }
  }

  async #uploadNow(media: MediaUpload, sha256: string): Promise<Answer> {
    const { uploads } = this.#tools;
    const known = await uploads?.find(sha256);
    if (known !== undefined) return { result: 'ok', id: known };
    const answer = await this.#client.upload(media);
    if (answer.result === 'ok') await uploads?.keep(sha256, answer.id);
    return answer;
  }
}

/** What was uploaded cannot be shown: it is uploaded anew. */
function spoilt(answer: Answer): boolean {
  return answer.result === 'refused' && (isUnknownMedia(answer.refusal) || answer.refusal.code === mediaFault);
}

interface Chosen {
  index: number;
  template: MessageTemplate;
  /** `row`: the one that would have shown it as a message of its own. */
  picture?: { id: string; row?: Outgoing };
}

/** In which language a row speaks. */
export function languageOf(row: Outgoing): AlertLanguage {
  return row.language === 'de' ? 'de' : 'en';
}

/** As if it could not be processed: it is tried once more, then it is over. */
function missing(part: string): Answer {
  const message = `the ${part} is missing in the outbox`;
  return {
    result: 'refused',
    refusal: { status: 0, code: mediaFault, message, transient: false, retryAfterMs: undefined },
  };
}
