import { createHash } from 'node:crypto';
import { pictureType } from '../../../pictures/picture-type.ts';
import type { Outgoing } from '../../outbox-row.ts';

/** A mail as nodemailer takes it. */
export interface Mail {
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  inReplyTo?: string;
  references?: string;
  attachments: { filename: string; content: Buffer; contentType: string; cid: string; contentDisposition: 'inline' }[];
  headers: Record<string, string>;
}

const pictureId = 'snapshot@echosight';
const longestSubject = 180;

/**
 * The mail of a row. The first line of its text is the subject. All mails about an incident are one thread: the first
 * has a name made of the incident, which the others refer to. The same row has the same Message-ID whenever it is sent,
 * so that mail programs show one of two copies.
 */
export function mailOf(row: Outgoing, from: string, picture: Uint8Array | undefined): Mail {
  const [first = '', ...rest] = row.body.split('\n');
  const text = rest.join('\n').trim() === '' ? first : row.body;
  const root = messageId(row, 0, from);
  const own = row.sequence === 0 ? root : messageId(row, row.sequence, from);
  const mime = picture === undefined ? undefined : (pictureType(picture) ?? 'image/jpeg');
  const cid = mime === undefined ? undefined : pictureId;
  return {
    from,
    to: row.recipient,
    subject: oneHeaderLine(first).slice(0, longestSubject),
    text,
    html: html(text, cid),
    messageId: own,
    ...(own === root ? {} : { inReplyTo: root, references: root }),
    attachments:
      picture === undefined || mime === undefined
        ? []
        : [
            {
              filename: mime === 'image/png' ? 'snapshot.png' : 'snapshot.jpg',
              content: Buffer.from(picture),
              contentType: mime,
              cid: pictureId,
              contentDisposition: 'inline',
            },
          ],
    headers: {
      // RFC 3834: no answering machine may reply.
      'Auto-Submitted': 'auto-generated',
      ...(row.severity >= 3 ? { Importance: 'high', 'X-Priority': '1 (Highest)' } : {}),
    },
  };
}

/** What ends a header line, and so would begin another header. */
export function oneHeaderLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function messageId({ incident_id: incident, node }: Outgoing, sequence: number, from: string): string {
  const name = createHash('sha256').update(`${node} ${incident}`).digest('hex').slice(0, 32);
  const host = /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'echosight.invalid';
  return `<${name}.${sequence}@${host}>`;
}

function html(text: string, cid: string | undefined): string {
  const lines = escaped(text).replaceAll('\n', '<br>\n');
  const picture = cid === undefined ? '' : `<p><img src="cid:${cid}" alt="" style="max-width:100%"></p>`;
  return `<!DOCTYPE html><html><body><p>${lines}</p>${picture}</body></html>`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
