import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { SentinelError } from '../contracts/errors.ts';
import { guardHost, isForbiddenAddress } from './host-guard.ts';

/** GitHub and Hugging Face need two. */
const mostRedirects = 8;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** An answer whose body has not been read yet. */
export interface GuardedAnswer {
  status: number;
  header: (name: string) => string | undefined;
  body: Readable;
}

/**
 * Asks for a file on the web, from byte `from` on. https only (http from this machine itself), through the proxy that
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. Redirects are followed within the same rules, and none leads to a link-local
 * or metadata address.
 * @throws SentinelError ES_BAD_ADDRESS, ES_DOWNLOAD_FAILED (too many redirects); else what the connection fails with
 */
export async function guardedGet(address: string, from: number, signal: AbortSignal): Promise<GuardedAnswer> {
  let url = allowed(address);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await ask(url, from, signal);
    if (!redirects.has(answer.status)) return answer;
    answer.body.destroy();
    url = allowed(answer.header('location') ?? '', url);
  }
  throw new SentinelError('ES_DOWNLOAD_FAILED', `${url.host} redirects without end.`);
}

async function ask(url: URL, from: number, signal: AbortSignal): Promise<GuardedAnswer> {
  const response: AxiosResponse<Readable> = await axios.get(url.href, {
    responseType: 'stream',
    // Bytes are counted and ranges asked for: they must be those of the file.
    headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
    decompress: false,
    maxRedirects: 0,
    validateStatus: null,
    httpAgent: watched(new http.Agent()),
    httpsAgent: watched(new https.Agent()),
    signal,
  });
  return {
    status: response.status,
    body: response.data,
    header: (name) => {
      const value: unknown = response.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

/** @param before where the address was sent by. @throws SentinelError ES_BAD_ADDRESS */
function allowed(address: string, before?: URL): URL {
  const url = URL.parse(address, before?.href);
  if (url !== null && url.username === '' && isSafe(url, before)) {
    guardHost(url.hostname);
    return url;
  }
  const shown = url === null ? 'no address' : `${url.protocol}//${url.host}`;
  const how = before === undefined ? `The address is ${shown}` : `${before.host} redirects to ${shown}`;
  throw new SentinelError('ES_BAD_ADDRESS', `${how}: files are taken from https:// alone.`);
}

function isSafe({ protocol, hostname }: URL, before: URL | undefined): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && loopback.test(hostname) && (before === undefined || before.protocol === 'http:');
}

/** A name may resolve to what is forbidden. */
function watched<A extends http.Agent>(agent: A): A {
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = open(options, callback);
    socket?.on('lookup', (_error: Error | null, ip: string) => {
      if (!isForbiddenAddress(ip)) return;
      socket.destroy(new SentinelError('ES_BAD_ADDRESS', 'The host leads to a link-local or cloud metadata address.'));
    });
    return socket;
  };
  return agent;
}
