import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { unreadBytes } from '../../../src/process/unread-bytes.ts';
import { requirement } from '../../requirements.ts';

test('what the network has brought and a process has not read is counted', async (t) => {
  if (!requirement(t, process.platform === 'linux', 'Linux')) return;
  const sent = 1 << 20;
  const server = createServer((socket) => socket.end(Buffer.alloc(sent))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  assert.equal(await unreadBytes(process.pid), 0);
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(reader, 'connect');
  // It reads what fits its own buffer, and no more.
  reader.pause();
  while (((await unreadBytes(process.pid)) ?? 0) < 100_000) await sleep(20);
  reader.resume();
  await once(reader, 'close');
  assert.equal(await unreadBytes(process.pid), 0);
});

test('and is not known of a process that is not there', async () => {
  assert.equal(await unreadBytes(2 ** 30), undefined);
});
