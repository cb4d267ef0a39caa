import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import { apiHost } from './api-host.ts';

/** A real server with the API of a host on it; its address. */
export async function serveApi(t: TestContext, over: Partial<ApiHost> = {}): Promise<string> {
  const api = new Api(apiHost(over));
  const server = createServer((request, response) => {
    void api.handle(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    api.live.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    api.live.close();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
