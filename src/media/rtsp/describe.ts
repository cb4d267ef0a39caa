import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { SentinelError } from '../../contracts/errors.ts';
import { isForbiddenAddress } from '../../network/host-guard.ts';
import { redact } from '../../network/redact.ts';
import { codecOfEncoding } from '../codecs.ts';
import { leadsAway, noPicture, unreachable } from '../failures.ts';
import { answerChallenge, type Credentials } from './authorization.ts';
import {
  longestMessage,
  readRtspHead,
  withBody,
  writeRtspMessage,
  type RtspHead,
  type RtspMessage,
} from './message.ts';
import { parseSdp, type SdpMedia } from './sdp.ts';

const answerWithinMs = 8000;
const defaultPorts: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 };

/**
 * Asks a camera what it sends, by a DESCRIBE of our own: a wrong password or path is known in words within a
 * fraction of a second, and no decoder is started for a camera that is not there.
 * @param location rtsp:// or rtsps:// URL without credentials
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_STREAM_UNUSABLE
 */
export async function describeStream(
  location: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<SdpMedia[]> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  let answer: RtspMessage;
  try {
    answer = await describe(new URL(location), credentials, patience);
  } catch (error) {
    throw unreachable(error);
  }
  return mediaOf(answer, credentials !== undefined);
}

/** The camera's last word: after a challenge, that is the answer to the request with credentials. */
async function describe(url: URL, credentials: Credentials | undefined, signal: AbortSignal): Promise<RtspMessage> {
  const request = { method: 'DESCRIBE', uri: url.href };
  let socket = await open(url, signal);
  try {
    const answer = await ask(socket, describeRequest(request, 1));
    if (answer === undefined) throw new Error('The camera closed the connection.');
    if (statusOf(answer) !== 401 || credentials === undefined) return answer;
    const challenges = answer.headers.get('www-authenticate') ?? [];
    const authorization = answerChallenge(challenges, credentials, request, randomBytes(8).toString('hex'));
    if (authorization === undefined) return answer;
    const second = await ask(socket, describeRequest(request, 2, authorization)).catch(() => undefined);
    if (second !== undefined) return second;
    // Some cameras hang up after a 401: once more, on a new connection.
    socket.destroy();
    socket = await open(url, signal);
    return (await ask(socket, describeRequest(request, 2, authorization))) ?? answer;
  } finally {
    socket.destroy();
  }
}

async function open(url: URL, signal: AbortSignal): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: url.port === '' ? (defaultPorts[url.protocol] ?? 554) : Number(url.port) };
  const secure = url.protocol === 'rtsps:';
  // Cameras sign their own certificates; ffmpeg, which connects next, does not verify them either.
  const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connectPlain(target);
  addAbortSignal(signal, socket);
  socket.on('lookup', (_error: Error | null, address: string) => {
    if (isForbiddenAddress(address)) socket.destroy(leadsAway());
  });
  await once(socket, secure ? 'secureConnect' : 'connect');
  // Errors that come between two questions show in the next one.
  socket.on('error', () => undefined);
  return socket;
}

/** Sends a request and waits for its answer; undefined when the camera hangs up instead. */
async function ask(socket: Socket, request: string): Promise<RtspMessage | undefined> {
  socket.write(request);
  const space = Buffer.alloc(longestMessage);
  let filled = 0;
  let head: RtspHead | undefined;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    filled += chunk.copy(space, filled);
    const received = space.subarray(0, filled);
    head ??= readRtspHead(received);
    const message = head === undefined ? undefined : withBody(head, received);
    if (message !== undefined) return message;
  }
  return undefined;
}

function describeRequest({ method, uri }: { method: string; uri: string }, sequence: number, authorization?: string) {
  return writeRtspMessage(`${method} ${uri} RTSP/1.0`, {
    CSeq: `${sequence}`,
    Accept: 'application/sdp',
    'User-Agent': 'EchoSight',
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  });
}

function mediaOf(answer: RtspMessage, withCredentials: boolean): SdpMedia[] {
  const status = statusOf(answer);
  if (status === 401 || status === 403) {
    throw new SentinelError(
      'ES_CAMERA_UNAUTHORISED',
      withCredentials
        ? 'The camera refused the user name or password.'
        : 'The camera asks for a user name and password.',
      { hint: 'Check user and password in the camera node; some cameras have a separate RTSP or ONVIF account.' },
    );
  }
  if (status === 404 || status === 454) {
    throw new SentinelError('ES_CAMERA_NOT_FOUND', 'The camera answers, but has no stream under this path.', {
      hint: 'Check the path after the host name; the manual of the camera names it.',
    });
  }
  if (answer.startLine.startsWith('HTTP/')) {
    throw new SentinelError('ES_CAMERA_UNREACHABLE', 'This port speaks HTTP, not RTSP.', {
      hint: 'A web server answers on this port. Most cameras speak RTSP on port 554.',
    });
  }
  if (status === 405 || status === 501) {
    throw new SentinelError('ES_CAMERA_UNREACHABLE', 'The camera does not know the method DESCRIBE.', {
      hint: 'Something else than a camera may listen on this port; look for its RTSP port, often 554.',
    });
  }
  if (status !== 200) {
    throw new SentinelError(
      'ES_CAMERA_UNREACHABLE',
      `The camera answered "${redact(answer.startLine).slice(0, 80)}".`,
      { hint: 'Check the address in the manual of the camera, and whether it allows one more viewer.' },
    );
  }
  const media = parseSdp(answer.body);
  if (media.some((track) => track.media === 'video')) return media;
  const sound = media.find((track) => track.media === 'audio')?.codec;
  throw noPicture(sound === undefined ? undefined : (codecOfEncoding(sound) ?? sound));
}

function statusOf(answer: RtspMessage): number {
  return Number(answer.startLine.split(' ')[1]);
}
