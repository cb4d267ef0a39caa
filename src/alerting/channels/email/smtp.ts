import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import { isForbiddenAddress } from '../../../network/host-guard.ts';
import type { ChannelTools } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import { maskedIn } from '../../recipients.ts';
import { withoutSecrets } from '../service-request.ts';
import type { Mail } from './mail.ts';

/** How the connection is made secret: from the start, by STARTTLS before anything is said, or not at all. */
export type MailSecurity = 'tls' | 'starttls' | 'none';

export interface MailServer {
  /** Name or address, checked by the owner. */
  host: string;
  port: number;
  security: MailSecurity;
  /** Empty where the server asks for none. */
  username: string;
  password: string;
  /** Whether its certificate must be one that this machine trusts. */
  verifyCertificate: boolean;
}

const connectMs = 5_000;
/** A mail with a picture over a slow line. */
const silenceMs = 30_000;
const wholeMs = 90_000;

/** What nodemailer says of a mail that was not sent. */
interface SmtpError extends Error {
  code?: string;
  /** SMTP reply code. */
  responseCode?: number;
  response?: string;
  /** What it was about: CONN, API, EHLO, STARTTLS, AUTH..., MAIL FROM, RCPT TO, DATA. */
  command?: string;
}

/** Sends one mail on a connection of its own. Never throws; no password stands in what it answers. */
export async function sendMail(server: MailServer, mail: Mail, tools: ChannelTools): Promise<Answer> {
  return await connected(server, tools, mail.to, async (transport) => (await transport.sendMail(mail)).messageId);
}

/** Connects and logs in, as before a mail, and sends none. Never throws. */
export async function checkServer(server: MailServer, tools: ChannelTools): Promise<Answer> {
  return await connected(server, tools, '', async (transport) => {
    await transport.verify();
    return server.host;
  });
}

async function connected(
  server: MailServer,
  { clock, stop }: ChannelTools,
  recipient: string,
  use: (transport: Transporter<SMTPTransport.SentMessageInfo>) => Promise<string>,
): Promise<Answer> {
  const { host, password, username } = server;
  const address = await resolved(host);
  if (address === undefined) return { result: 'unreached', detail: `the host ${host} is not known` };
  if (isForbiddenAddress(address)) return { result: 'unreached', detail: 'the host resolves to a forbidden address' };
  const transport = createTransport(options(server, address));
  const giveUp = Promise.withResolvers<never>();
  const abort = (): void => {
    giveUp.reject(Object.assign(new Error('no answer in time'), { command: 'DATA' }));
  };
  const cancel = clock.after(wholeMs, abort);
  stop.addEventListener('abort', abort);
  try {
    return { result: 'ok', id: await Promise.race([use(transport), giveUp.promise]) };
  } catch (error) {
    return answerTo(error as SmtpError, (text) =>
      maskedIn(withoutSecrets(text, [password, base64(username, password)]), recipient),
    );
  } finally {
    cancel();
    stop.removeEventListener('abort', abort);
    transport.close();
  }
}

function options(
  { host, port, security, username, password, ...server }: MailServer,
  address: string,
): SMTPTransport.Options {
  return {
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(username === '' ? {} : { auth: { user: username, pass: password } }),
    tls: { rejectUnauthorized: server.verifyCertificate, ...(isIP(host) === 0 ? { servername: host } : {}) },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Resolved once, and connected to just that, so that the guard has seen where the mail goes. */
async function resolved(host: string): Promise<string | undefined> {
  const plain = host.replace(/^\[|\]$/g, '');
  if (isIP(plain) !== 0) return plain;
  return await lookup(plain).then(
    ({ address }) => address,
    () => undefined,
  );
}

/** A mail is taken when the server answers to the end of DATA; what fails before that has certainly not been. */
function answerTo(error: SmtpError, clean: (text: string) => string): Answer {
  const { code, command, response, responseCode } = error;
  const message = clean(response ?? error.message);
  if (code !== 'ETLS' && (responseCode !== undefined || code === 'EAUTH')) {
    const status = code === 'EAUTH' && (responseCode ?? 535) >= 500 ? 535 : (responseCode ?? 535);
    // RCPT TO is about the person, whatever else is wrong.
    const about = command === 'RCPT TO' ? recipientRefused : undefined;
    const refusal = { status, code: about, message, transient: status < 500, retryAfterMs: undefined };
    return { result: 'refused', refusal };
  }
  if (code === 'ETLS' || isCertificateFault(error)) {
    return {
      result: 'refused',
      refusal: { status: tlsRefused, code: undefined, message, transient: false, retryAfterMs: undefined },
    };
  }
  return { result: command === 'DATA' ? 'unknown' : 'unreached', detail: message };
}

/** Our own numbers, for what SMTP has none. */
export const tlsRefused = 0;
export const recipientRefused = 1;

function isCertificateFault({ message }: Error): boolean {
  return /certificate|self[- ]signed|altnames|wrong version number|ssl3_get_record|packet length too long/i.test(
    message,
  );
}

/** As AUTH PLAIN writes it on the line, which a server may echo. */
function base64(username: string, password: string): string {
  return Buffer.from(`\0${username}\0${password}`).toString('base64');
}
