import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import { assertDescribed, watchAnswer, type GivenAnswer } from '../../described-answers.ts';
import { apiHost } from './api-host.ts';

/** A real server with the API of a host on it; its address. In the end every answer must be as the table of routes says. */
export async function serveApi(t: Pick<TestContext, 'after'>, over: Partial<ApiHost> = {}): Promise<string> {
  const api = new Api(apiHost(over));
  const answers: GivenAnswer[] = [];
  const server = createServer((request, response) => {
    watchAnswer(request, response, (answer) => answers.push(answer));
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
    for (const answer of answers) assertDescribed(answer);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
