import { pictureType } from '../../../pictures/picture-type.ts';
import type { RowFiles } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import type { Outgoing } from '../../outbox-row.ts';
import type { WhatsAppClient } from './client.ts';

/** Makes the calls that bring a row to its recipient. */
export class Courier {
  readonly #client: WhatsAppClient;
  readonly #uploads = new Map<string, Promise<Answer>>();

  constructor(client: WhatsAppClient) {
    this.#client = client;
  }

  /** @throws SentinelError ES_DATABASE */
  async send(row: Outgoing, files: RowFiles): Promise<Answer> {
    if (row.part === 'text') return await this.#client.sendText({ to: row.recipient, tag: row.id, body: row.body });
    const upload: Answer = row.media_id === null ? await this.#upload(row, files) : { result: 'ok', id: row.media_id };
    if (upload.result !== 'ok') return upload;
    const replyTo = row.depends_on === null ? undefined : await files.providerId(row.depends_on);
    const picture = { mediaId: upload.id, caption: row.body, replyTo };
    return await this.#client.sendImage({ to: row.recipient, tag: row.id, ...picture });
  }

  /** One upload for all recipients of an alert, even at the same moment. */
  async #upload(row: Outgoing, files: RowFiles): Promise<Answer> {
    const present = this.#uploads.get(row.alert_id);
    if (present !== undefined) return await present;
    const upload = this.#uploadNow(row, files);
    this.#uploads.set(row.alert_id, upload);
    try {
      return await upload;
    } finally {
      this.#uploads.delete(row.alert_id);
    }
  }

  async #uploadNow(row: Outgoing, files: RowFiles): Promise<Answer> {
    const picture = await files.picture(row.id);
    if (picture === undefined) return { result: 'unreached', detail: 'the picture is missing in the outbox' };
    const answer = await this.#client.uploadImage(picture, pictureType(picture) ?? 'image/jpeg');
    if (answer.result === 'ok') await files.setMediaId(row.alert_id, answer.id);
    return answer;
  }
}
