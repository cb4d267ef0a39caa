import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { mountAdminAnswers } from '../../../src/red/admin-answers.ts';
import { FakeRed } from './fake-red.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** What jQuery adds. */
const byDialog = { 'x-requested-with': 'XMLHttpRequest' };

describe('what a dialog asks of this machine', () => {
  const handlers: Handler[] = [];
  const asked: string[] = [];
  let runs = 0;
  let finish = Promise.withResolvers<string[]>();
  const server = createServer((request, response) => {
    const [guard, answer] = handlers.slice(request.url?.startsWith('/check') === true ? 2 : 0);
    guard?.(request, response, () => answer?.(request, response, () => undefined));
  });
  let url = '';

  before(async () => {
    const RED = Object.assign(new FakeRed('/nowhere'), {
      httpAdmin: { get: (_path: string, ...given: Handler[]) => handlers.push(...given), post: () => undefined },
      auth: {
        needsPermission: (permission: string): Handler => {
          return (_request, _response, next) => {
            asked.push(permission);
            next();
          };
        },
      },
    });
    mountAdminAnswers(RED, 'mic-in', {
      devices: () => {
        runs += 1;
        return finish.promise;
      },
    });
    mountAdminAnswers(RED, 'mic-in', {
      check: {
        write: (query) => {
          if (query.get('id') === '') throw new SentinelError('ES_MICROPHONE_BUSY', 'It is in use.', { hint: 'Wait.' });
          return Promise.resolve([...query]);
        },
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is asked once for all who wait, and only with the permission', async () => {
    const answers = [fetch(url, { headers: byDialog }), fetch(url, { headers: byDialog })];
    while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    finish.resolve(['a microphone']);
    for (const answer of answers) assert.deepEqual(await (await answer).json(), ['a microphone']);
    assert.deepEqual([runs, asked], [1, ['mic-in.read', 'mic-in.read']]);
  });

  test('starts no second program for the same question in other words', async () => {
    finish = Promise.withResolvers();
    const [before, waiting] = [runs, asked.length];
    const answers = Array.from({ length: 20 }, (_, n) => fetch(`${url}/?${n}`, { headers: byDialog }));
    while (asked.length < waiting + 20) await new Promise((resolve) => setImmediate(resolve));
    finish.resolve([]);
    for (const answer of answers) assert.equal((await answer).status, 200);
    assert.equal(runs, before + 1);
  });

  test('may ask with words of its own, and to do something only with the permission to change flows', async () => {
    const answer = await fetch(`${url}/check?device=mic+%26+co&id=1`, { headers: byDialog });
    assert.deepEqual(await answer.json(), [
      ['device', 'mic & co'],
      ['id', '1'],
    ]);
    assert.equal(asked.at(-1), 'mic-in.write');
  });

  test('gets what is wrong by name, with what to do', async () => {
    const answer = await fetch(`${url}/check?id=`, { headers: byDialog });
    assert.equal(answer.status, 500);
    assert.deepEqual(await answer.json(), { error: 'ES_MICROPHONE_BUSY', message: 'It is in use.', hint: 'Wait.' });
  });

  const elsewhere: Record<string, string>[] = [
    { ...byDialog, 'sec-fetch-site': 'cross-site' },
    { ...byDialog, origin: 'http://evil.example' },
    {},
  ];
  for (const headers of elsewhere) {
    test(`starts nothing for a page elsewhere: ${JSON.stringify(headers)}`, async () => {
      finish = Promise.withResolvers();
      finish.resolve([]);
      const before = runs;
      assert.equal((await fetch(url, { headers })).status, 403);
      assert.equal(runs, before);
    });
  }
});
