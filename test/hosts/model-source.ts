import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { catalogEntries } from '../../src/inference/catalog.ts';
import { programOnPath } from '../../src/process/program-path.ts';

type Answer = (address: string, response: ServerResponse) => void;

/**
 * Stands for every server that the catalogue downloads from, as a proxy in an office does: all tunnels end here, under a
 * certificate that a Node-RED with `env` trusts. The addresses of the catalogue stay as they are.
 */
export class ModelSource {
  /** What the servers say; at first there is nothing. */
  answer: Answer = (_address, response) => response.writeHead(404).end();
  readonly #folder: string;
  readonly #certificate: string;
  readonly #proxy = http.createServer();
  readonly #server: https.Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(folder: string, key: string, certificate: string) {
    this.#folder = folder;
    this.#certificate = certificate;
    this.#server = https.createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      ({ url = '', headers }, response) => {
        this.answer(`https://${headers.host ?? ''}${url}`, response);
      },
    );
    this.#server.on('tlsClientError', () => undefined);
    this.#proxy.on('connect', (_request, socket, head) => {
      this.#sockets.add(socket.on('error', () => undefined));
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.unshift(head);
      this.#server.emit('connection', socket);
    });
  }

  /** What its Node-RED is started with. */
  get env(): Readonly<Record<string, string>> {
    const proxy = `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
    const proxies = { HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: '', no_proxy: '' };
    return { ...proxies, NODE_EXTRA_CA_CERTS: this.#certificate };
  }

  /** @returns undefined without openssl, which makes the certificate. */
  static async start(): Promise<ModelSource | undefined> {
    if ((await programOnPath('openssl')) === undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const names = hosts().map((host) => `DNS:${host}`);
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-days', '2', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=model source'],
      ...['-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', certificate],
    ]);
    const source = new ModelSource(folder, key, certificate);
    source.#proxy.listen(0, '127.0.0.1');
    await once(source.#proxy, 'listening');
    return source;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#proxy.close();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Of all addresses in the catalogue. */
function hosts(): string[] {
  const addresses = catalogEntries().flatMap(({ download }) => [
    ...(download?.addresses ?? []),
    ...(download?.made?.archives ?? []),
  ]);
  return [...new Set(addresses.map((address) => new URL(address).hostname))];
}
