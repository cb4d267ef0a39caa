import axios, { AxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { redact } from '../../network/redact.ts';
import type { ChannelTools } from '../alert-channel.ts';
import type { Answer } from '../answer.ts';
import { Connection } from './connection.ts';

const connectMs = 3_000;
/** An answer of a message service has a few hundred bytes; more is somebody else's. */
const answerBytes = 256 * 1024;
const longestDetail = 400;

export interface ServiceRequest extends Pick<AxiosRequestConfig, 'method' | 'headers' | 'params' | 'data'> {
  url: string;
  /** For the whole request; a connection must stand within 3 s. */
  limitMs: number;
  /** What must not stand in any text that comes of it. */
  secrets: readonly string[];
}

export type Served =
  | { response: AxiosResponse<unknown> }
  | { response?: undefined; failed: Exclude<Answer, { result: 'ok' | 'refused' }> };

/**
 * One request to a message service on a connection of its own, so that what was certainly not received can be told from
 * what may have been. Redirects are not followed, and addresses are guarded. Never throws.
 */
export async function serviceRequest(
  { url, limitMs, secrets, ...request }: ServiceRequest,
  { clock, stop }: ChannelTools,
): Promise<Served> {
  const connection = new Connection();
  const abort = new AbortController();
  const giveUp = () => {
    abort.abort();
  };
  const cancelConnect = clock.after(connectMs, () => {
    if (!connection.established) giveUp();
  });
  const cancelRequest = clock.after(limitMs, giveUp);
  try {
    const response = await axios.request<unknown>({
      ...request,
      url,
      httpAgent: connection.httpAgent,
      httpsAgent: connection.httpsAgent,
      maxRedirects: 0,
      maxContentLength: answerBytes,
      proxy: false,
      signal: AbortSignal.any([abort.signal, stop]),
      validateStatus: null,
    });
    return { response };
  } catch (error) {
    const detail = withoutSecrets(wordsFor(error, connection.established), secrets);
    return { failed: { result: connection.established ? 'unknown' : 'unreached', detail } };
  } finally {
    cancelConnect();
    cancelRequest();
  }
}

/** Words of a provider as they may be shown: one line, not too long, nothing secret in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = redact(text, secrets).replace(/\p{Cc}+/gu, ' ');
  return clean.length > longestDetail ? `${clean.slice(0, longestDetail)}…` : clean;
}

/** Never the error itself: an AxiosError carries the request with its authorization header. */
function wordsFor(error: unknown, established: boolean): string {
  if (!(error instanceof AxiosError)) return 'the request could not be made';
  if (error.code !== AxiosError.ERR_CANCELED) return error.code ?? error.message;
  return established ? 'no answer in time' : 'no connection in time';
}

/** The Retry-After header in milliseconds (RFC 9110, section 10.2.3: seconds or an HTTP date). */
export function retryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** A property of what somebody else answered; undefined where there is none. */
export function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The same where it is a text that is not empty. */
export function textAt(value: unknown, key: string): string | undefined {
  const text = at(value, key);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
