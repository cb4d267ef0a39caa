import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { OpenApiDocument } from '../../src/api/openapi/document.ts';
import type { LiveTicket } from '../../src/contracts/api.ts';
import { assertDescribed } from '../described-answers.ts';
import { NodeRedHost } from '../hosts/node-red-host.ts';
import { LiveReader } from '../live-reader.ts';

describe('the API in Node-RED', { timeout: 120_000 }, () => {
  test('describes where it is, answers every read as described, and speaks to clients of ViolenceSense', async (t) => {
    const host = await NodeRedHost.start();
    t.after(() => host.stop());
    await host.deploy([{ id: 'store', type: 'evidence-store', wires: [[], []] }]);
    const base = `${host.url}/echosight`;
    const document = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as OpenApiDocument;
    assert.deepEqual(document.servers, [{ url: '/echosight' }]);
    for (const [pattern, { get }] of Object.entries(document.paths)) {
      if (get === undefined) continue;
      const path = pattern.replace(/\{\w+\}/g, 'f'.repeat(32));
      const answer = await fetch(`${base}${path}`);
      const type = answer.headers.get('content-type') ?? '';
      assertDescribed({ method: 'GET', path, status: answer.status, type, text: await answer.text() });
      assert.ok(answer.status < 500, `${path}: ${answer.status}`);
    }
    const { ticket } = (await (await fetch(`${base}/api/v1/live/tickets`, { method: 'POST' })).json()) as LiveTicket;
    const socket = new WebSocket(`${base.replace('http', 'ws')}/api/v1/ws?ticket=${ticket}`);
    t.after(() => {
      socket.terminate();
    });
    await new LiveReader(socket).next(({ type }) => type === 'hello');
  });
});
