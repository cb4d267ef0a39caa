import { randomBytes } from 'node:crypto';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { SentinelError } from '../contracts/errors.ts';
import { guardHost, isForbiddenAddress } from '../network/host-guard.ts';
import { leadsAway, unreachable } from './failures.ts';
import { answerChallenge, type Credentials } from './rtsp/authorization.ts';

/** What an http(s) address gives. */
export interface WebSource {
  /** It has an end, like a video file: it is played at its own speed. */
  finite: boolean;
}

const answerWithinMs = 8000;
const mostRedirects = 5;
const longestPlaylist = 256 * 1024;
const playlistMark = '#EXTM3U';

/**
 * Asks a web server what an address gives before ffmpeg is started: a wrong password or path is known in words, and
 * redirects and playlists that lead to forbidden hosts or away from the web are refused.
 * @param location http:// or https:// URL without credentials
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_STREAM_UNUSABLE,
 *   ES_BAD_ADDRESS
 */
export async function lookAtWeb(
  location: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<WebSource> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  try {
    return await look(new URL(location), credentials, patience);
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(error);
  }
}

async function look(
  start: URL,
  credentials: Credentials | undefined,
  signal: AbortSignal,
  depth = 0,
): Promise<WebSource> {
  const { url, answer } = await follow(start, credentials, signal);
  try {
    refuse(answer.statusCode ?? 0, credentials !== undefined);
    const type = answer.headers['content-type'] ?? '';
    refuseType(type);
    const playlist = await playlistIn(answer);
    if (playlist === undefined) {
      return { finite: answer.headers['content-length'] !== undefined && !/^multipart\//i.test(type) };
    }
    const [first] = addressesIn(playlist).map((target) => permitted(target, url));
    const isMaster = playlist.includes('#EXT-X-STREAM-INF');
    if (isMaster && first !== undefined && depth === 0) {
      return await look(first, first.origin === start.origin ? credentials : undefined, signal, depth + 1);
    }
    return { finite: playlist.includes('#EXT-X-ENDLIST') };
  } finally {
    answer.destroy();
  }
}

/** The answer at the end of all redirects. Credentials stay with the server that they are for. */
async function follow(
  start: URL,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<{ url: URL; answer: IncomingMessage }> {
  let url = start;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await askWithLogin(url, url.origin === start.origin ? credentials : undefined, signal);
    const target = answer.headers.location;
    if (target === undefined || !isRedirect(answer)) return { url, answer };
    answer.destroy();
    url = permitted(target, url);
  }
  throw new SentinelError('ES_CAMERA_UNREACHABLE', 'The address leads in a circle of redirects.');
}

async function askWithLogin(
  url: URL,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const answer = await ask(url, {}, signal);
  if (answer.statusCode !== 401 || credentials === undefined) return answer;
  const challenges = answer.headersDistinct['www-authenticate'] ?? [];
  const question = { method: 'GET', uri: `${url.pathname}${url.search}` };
  const authorization = answerChallenge(challenges, credentials, question, randomBytes(8).toString('hex'));
  if (authorization === undefined) return answer;
  answer.destroy();
  return ask(url, { Authorization: authorization }, signal);
}

function ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const options = { headers: { 'User-Agent': 'EchoSight', Accept: '*/*', ...headers }, signal, agent: false };
  return new Promise((resolve, reject) => {
    // Cameras sign their own certificates; ffmpeg, which connects next, does not verify them either.
    const request = secure
      ? requestSecure(url, { ...options, rejectUnauthorized: false }, resolve)
      : requestPlain(url, options, resolve);
    request.on('error', reject);
    request.on('socket', (socket) => {
      socket.on('lookup', (_error: Error | null, address: string) => {
        if (isForbiddenAddress(address)) socket.destroy(leadsAway());
      });
    });
    request.end();
  });
}

function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400;
}

/** An address that a server or a playlist leads to. @throws SentinelError ES_BAD_ADDRESS */
function permitted(target: string, base: URL): URL {
  const url = URL.parse(target, base.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw leadsAway();
  guardHost(url.hostname);
  return url;
}

/** What a playlist (RFC 8216) leads to: lines that are no comment, and the URI attributes of tags. */
function addressesIn(playlist: string): string[] {
  const lines = playlist.split(/[\r\n]+/).map((line) => line.trim());
  const plain = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return [...plain, ...lines.flatMap((line) => /^#EXT-X-[A-Z-]+:.*?URI="([^"]*)"/.exec(line)?.[1] ?? [])];
}

/** A playlist is known by how it begins, as ffmpeg knows it, and not by what the server calls it; undefined for anything else. */
async function playlistIn(answer: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    const begins = text.slice(0, playlistMark.length);
    if (!playlistMark.startsWith(begins)) return undefined;
    if (text.length > longestPlaylist) throw new SentinelError('ES_STREAM_UNUSABLE', 'The playlist is too long.');
  }
  return text.startsWith(playlistMark) ? text : undefined;
}

function refuseType(type: string): void {
  if (/^image\//i.test(type)) {
    throw new SentinelError('ES_STREAM_UNUSABLE', 'The address gives one picture, not a stream of pictures.', {
      hint: 'Take the address of the video: cameras have another one for MJPEG, often with "mjpg" or "video" in it.',
    });
  }
  if (/^text\/html/i.test(type)) {
    throw new SentinelError('ES_STREAM_UNUSABLE', 'The address gives a web page, not a video.', {
      hint: 'Take the address of the stream itself; the manual of the camera names it.',
    });
  }
}

function refuse(status: number, withCredentials: boolean): void {
  if (status === 401 || status === 403) {
    const words = withCredentials
      ? 'The camera refused the user name or password.'
      : 'The camera asks for a user name and password.';
    throw new SentinelError('ES_CAMERA_UNAUTHORISED', words, { hint: 'Check user and password in the camera node.' });
  }
  if (status === 404 || status === 410) {
    throw new SentinelError('ES_CAMERA_NOT_FOUND', 'The camera answers, but has no stream under this path.', {
      hint: 'Check the path after the host name; the manual of the camera names it.',
    });
  }
  if (status === 405 || status === 501) {
    throw new SentinelError('ES_CAMERA_UNREACHABLE', `The camera does not know the method GET (${status}).`);
  }
  if (status < 200 || status > 299) {
    throw new SentinelError('ES_CAMERA_UNREACHABLE', `The camera answered with HTTP status ${status}.`);
  }
}
