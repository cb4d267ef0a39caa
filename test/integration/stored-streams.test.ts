import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { LiveTicket } from '../../src/contracts/api.ts';
import type { Frame, Media, StreamStatus } from '../../src/contracts/messages.ts';
import type { EventMessage, SimulatedEvent } from '../../src/contracts/older-clients.ts';
import type { Stream, StreamList } from '../../src/contracts/streams.ts';
import { catchAll, freePort, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { startDemoCamera } from './demo-camera.ts';

const secret = 'canary-5e1f';

/** @param hook address of who is alerted */
function flow(hook: string): FlowNode[] {
  const button = (id: string, payload: string): FlowNode => {
    return { id, type: 'inject', props: [{ p: 'payload' }], payload, payloadType: 'json', wires: [['watch']] };
  };
  return [
    {
      ...{ id: 'watch', type: 'rtsp-in', from: 'store', camera: '', site: '', width: 320, rate: 5 },
      wires: [['probe-frames'], [], ['probe-states'], ['probe-media']],
    },
    { id: 'keep', type: 'evidence-store', site: '', wires: [['push'], []] },
    { id: 'push', type: 'sentinel-webhook-out', site: '', name: 'push', url: hook, wires: [[], []] },
    button('whose', '{"command":"snapshot"}'),
    button('nobody', '{"command":"stop","source":"nobody"}'),
    button('door', '{"command":"snapshot","source":"door"}'),
    ...['frames', 'states', 'media'].map(probe),
    ...catchAll(),
    ...watchStatus(),
  ];
}

describe('rtsp-in with the streams of the store in a real Node-RED', { timeout: 400_000 }, () => {
  let host: NodeRedHost;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;
  /** Who is alerted. */
  let hook: Server;
  const posts: string[] = [];
  /** With the login that the camera asks for. */
  let url = '';

  before(async () => {
    if (buildIsStale()) await build();
    camera = await startDemoCamera({ credentials: { username: 'ann', password: secret } });
    url = camera.url.replace('rtsp://', `rtsp://ann:${secret}@`);
    host = await NodeRedHost.start({ ECHOSIGHT_TEST_ROUTES: '1' });
    hook = createServer((request, response) => {
      posts.push(request.headers['idempotency-key']?.toString() ?? '');
      request.resume().on('end', () => response.writeHead(204).end());
    });
    hook.listen(0, '127.0.0.1');
    await once(hook, 'listening');
    await host.deploy(flow(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`));
  });
  after(async () => {
    await host.stop();
    await camera.stop();
    hook.closeAllConnections();
    hook.close();
  });

  const said: string[] = [];
  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; stream: Stream }> {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${host.url}/echosight/api/v1/${path}`, {
      ...{ method, ...(body === undefined ? {} : json) },
    });
    const text = await answer.text();
    said.push(text);
    return { status: answer.status, stream: (text === '' ? {} : JSON.parse(text)) as Stream };
  }
  const list = async () => ((await ask('GET', 'streams')).stream as unknown as StreamList).streams;
  const state = (source: string, status: string) =>
    host.waitFor('states', ({ payload }) => {
      const told = payload as StreamStatus;
      return told.source === source && told.status === status;
    });
  const frame = (fits: (frame: Frame) => boolean) => host.waitFor('frames', ({ payload }) => fits(payload as Frame));
  const look = (text: string) => host.waitFor('status', ({ status }) => JSON.stringify(status).includes(text));
  const error = (code: string) => host.waitFor('errors', ({ error }) => JSON.stringify(error).includes(code));

  test('says that there is none, and runs one as soon as it is added', async (t) => {
    const { stream: ticket } = await ask('POST', 'live/tickets');
    const place = `${host.url.replace('http', 'ws')}/echosight/api/v1/ws?ticket=`;
    const socket = new WebSocket(`${place}${(ticket as unknown as LiveTicket).ticket}`);
    t.after(() => {
      socket.terminate();
    });
    const heard = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as EventMessage;
        if (message.type !== 'stream_status' || message.status !== 'connected') return;
        if (message.stream_id === 'door') resolve();
      });
    });
    await once(socket, 'open');
    await look('no camera of the store is to run');
    const { status, stream } = await ask('POST', 'streams', { id: 'door', name: 'Front door', url, location: 'hall' });
    assert.deepEqual([status, stream.url?.includes('://***@'), stream.detail.includes('Waits')], [201, true, false]);
    await state('door', 'connected');
    const { payload } = await frame(({ source }) => source === 'door');
    assert.deepEqual([(payload as Frame).area, (payload as Frame).width], ['hall', 320]);
    await heard;
    await look('1 of 1 online');
    const [shown] = await list();
    assert.deepEqual([shown?.status, shown?.read_only], ['connected', false]);
  });

  test('sums up: what is not there is named, and told as a camera that is away', async () => {
    const nowhere = `rtsp://127.0.0.1:${await freePort()}/front`;
    await ask('POST', 'streams', { id: 'gate', name: 'gate', url: nowhere, location: 'yard' });
    await state('gate', 'backing-off');
    await error('ES_CAMERA_UNREACHABLE');
    await look('1 of 2 online, not: gate');
    await ask('DELETE', 'streams/gate');
    await state('gate', 'stopped');
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      ['door'],
    );
  });

  test('gives pictures of the one that is named, and nobody else follows a command', async () => {
    // It takes some seconds until anything is kept.
    while (host.messages('media').length === 0) {
      await host.inject('whose');
      await sleep(1000);
    }
    const [{ payload } = {}] = host.messages('media');
    assert.equal((payload as Media).source, 'door');
    await host.inject('nobody');
    await error('No stream \\"nobody\\"');
  });

  test('is connected anew where the settings of one change, without a deploy', async () => {
    host.seen.length = 0;
    const changed = await ask('PUT', 'streams/door', { location: 'yard', audio: 'off' });
    assert.equal(changed.status, 200);
    await frame(({ source, area }) => source === 'door' && area === 'yard');
    host.seen.length = 0;
    await ask('PUT', 'streams/door', { name: 'Other name' });
    await frame(({ source }) => source === 'door');
    assert.deepEqual(host.messages('states'), []);
  });

  test('takes another password at once', async () => {
    host.seen.length = 0;
    await ask('PUT', 'streams/door', { password: 'wrong' });
    await state('door', 'unauthorised');
    await error('ES_CAMERA_UNAUTHORISED');
    host.seen.length = 0;
    await ask('PUT', 'streams/door', { password: secret });
    await state('door', 'connected');
  });

  test('ends with stop and goes on with start, as often as they are said', async () => {
    host.seen.length = 0;
    for (let times = 0; times < 2; times += 1) assert.equal((await ask('POST', 'streams/door/stop')).status, 200);
    await state('door', 'stopped');
    await look('no camera of the store is to run');
    assert.equal((await list())[0]?.status, 'stopped');
    host.seen.length = 0;
    for (let times = 0; times < 2; times += 1) assert.equal((await ask('POST', 'streams/door/start')).status, 200);
    await state('door', 'connected');
    await frame(({ source }) => source === 'door');
  });

  test('an event of a test is followed to whom it alerts, and sent once', async () => {
    const answer = await ask('POST', 'test/simulate-event?stream_id=door&alert=true&wait=30');
    assert.equal(answer.status, 201);
    const { simulated, alert } = answer.stream as unknown as SimulatedEvent;
    const messages = alert?.messages.map(({ updatedAt, ...message }) => ({ ...message, isDated: updatedAt > 0 }));
    const { port } = hook.address() as AddressInfo;
    assert.deepEqual(
      [simulated, alert?.settled, messages],
      [
        ...[true, true],
        [
          {
            ...{ channel: 'webhook', recipient: `127.0.0.1:${port}`, part: 'text', state: 'accepted', attempts: 1 },
            isDated: true,
          },
        ],
      ],
    );
    assert.equal(posts.length, 1);
  });

  test('shows the clip of the package beside it', async () => {
    assert.equal((await ask('POST', 'test/add-demo-stream')).status, 201);
    await frame(({ source, area }) => source === 'demo' && area === 'demo');
    await look('2 of 2 online');
  });

  test('comes again with Node-RED: what ran runs, what was stopped stays so; and nobody was told a secret', async () => {
    await ask('POST', 'streams/demo/stop');
    await state('demo', 'stopped');
    const { userDir, seen, log } = host;
    await host.stop({ keepFolder: true });
    const kept = JSON.stringify([
      seen.map(({ probe: by, message }) => [by, message.topic, message.payload, message.status, message.error]),
    ]);
    const folder = join(userDir, 'echosight');
    const files = readdirSync(folder).filter((name) => name.startsWith('sentinel.db'));
    assert.ok(files.length > 0);
    const database = files.map((name) => readFileSync(join(folder, name), 'latin1'));
    const flows = readdirSync(userDir).filter((name) => name.startsWith('flows') || name.startsWith('.config'));
    const written = flows.map((name) => readFileSync(join(userDir, name), 'latin1'));
    assert.equal([kept, log, ...said, ...database, ...written].join('\n').includes(secret), false);

    host = await NodeRedHost.start({}, userDir);
    await look('1 of 1 online');
    await frame(({ source, area }) => source === 'door' && area === 'yard');
    const streams = (await list()).map(({ id, status, auto_start }) => [id, status, auto_start]);
    assert.deepEqual(streams, [
      ['demo', 'stopped', false],
      ['door', 'connected', true],
    ]);
    assert.equal((await ask('POST', 'test/add-demo-stream')).status, 404);
    for (const id of ['demo', 'door']) assert.equal((await ask('DELETE', `streams/${id}`)).status, 204);
    await state('door', 'stopped');
    assert.deepEqual(await list(), []);
  });
});
