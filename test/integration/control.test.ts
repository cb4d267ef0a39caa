import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { HealthReport } from '../../src/contracts/health.ts';
import type { StreamStatus } from '../../src/contracts/messages.ts';
import { until } from '../faults/vitals.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { startDemoCamera } from './demo-camera.ts';

/** Two nodes that share the connection to one camera, with a button for each command of the first. */
function flow(address: string): FlowNode[] {
  const commands = { pause: 'pause', resume: 'resume', stop: 'stop', start: 'start', explode: 'explode' };
  const button = (id: string, payload: string, payloadType: string): FlowNode => {
    return { id, type: 'inject', props: [{ p: 'payload' }], payload, payloadType, wires: [['first']] };
  };
  return [
    { id: 'cam', type: 'sentinel-camera', name: 'door', area: 'hall', address, transport: 'tcp', audio: 'off' },
    ...['first', 'second'].map((id) => ({
      ...{ id, type: 'rtsp-in', camera: 'cam', width: 320, rate: 5 },
      wires: [[`probe-${id}`, 'busy'], [], [`probe-${id}-state`]],
    })),
    // A receiver that holds up Node-RED, and one that never finishes.
    {
      ...{ id: 'busy', type: 'function', outputs: 1, wires: [[]] },
      func: 'const end = Date.now() + 60; while (Date.now() < end); return new Promise(() => {});',
    },
    ...Object.entries(commands).map(([id, payload]) => button(id, payload, 'str')),
    button('slow', '{"command":"rate","value":1}', 'json'),
    button('fast', '{"command":"rate","value":99}', 'json'),
    ...['first', 'second', 'first-state', 'second-state'].map(probe),
    ...catchAll(),
    ...watchStatus(),
  ];
}

describe('commands to cameras in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;

  before(async () => {
    if (buildIsStale()) await build();
    camera = await startDemoCamera();
    host = await NodeRedHost.start();
    await host.deploy(flow(camera.url));
  });
  after(async () => {
    await host.stop();
    await camera.stop();
  });

  const state = (node: string, status: string) =>
    host.waitFor(`${node}-state`, ({ payload }) => (payload as StreamStatus).status === status);
  const frame = (node: string) => host.waitFor(node, () => true);
  async function press(id: string): Promise<void> {
    host.seen.length = 0;
    await host.inject(id);
  }

  test('receivers that hold up Node-RED do not stop the stream', async () => {
    await state('first', 'connected');
    await state('second', 'connected');
    host.seen.length = 0;
    await sleep(6000);
    assert.ok(host.messages('first').length >= 8, `${host.messages('first').length} frames in 6 s`);
    assert.deepEqual(host.messages('first-state'), []);
    const health = (await (await fetch(`${host.url}/echosight/api/v1/health`)).json()) as HealthReport;
    assert.ok((health.sites[0]?.sources[0]?.frames?.captured ?? 0) >= 16);
  });

  test('pause sends nothing, and the other node goes on; resume goes on at once', async () => {
    await press('pause');
    await state('first', 'paused');
    host.seen.length = 0;
    await frame('second');
    await sleep(1000);
    assert.deepEqual(host.messages('first'), []);
    await press('resume');
    await state('first', 'connected');
    await frame('first');
    assert.deepEqual(host.messages('second-state'), []);
  });

  test('stop ends the watching of one, and the other goes on; start watches again', async () => {
    await press('stop');
    await state('first', 'stopped');
    host.seen.length = 0;
    await frame('second');
    assert.deepEqual([host.messages('first'), host.messages('second-state')], [[], []]);
    await press('start');
    await state('first', 'connected');
    await frame('first');
  });

  for (const [told, status] of [
    ['pause', 'paused'],
    ['stop', 'stopped'],
  ] as const) {
    test(`a deploy begins anew, although it was told to ${told}`, async () => {
      await press(told);
      await state('first', status);
      const renamed = flow(camera.url).map((node) => (node.id === 'first' ? { ...node, name: told } : node));
      host.seen.length = 0;
      await host.deploy(renamed, 'nodes');
      await state('first', 'connected');
      await frame('first');
      assert.deepEqual([host.messages('second-state'), host.messages('errors')], [[], []]);
    });
  }

  test('another rate holds until the next deploy, and the status says so', async () => {
    await press('slow');
    await host.waitFor('status', ({ status }) =>
      JSON.stringify(status).includes('1 frames a second until the next deploy'),
    );
    await state('first', 'connected');
    host.seen.length = 0;
    await until(() => host.messages('first').length >= 4, 'four frames');
    const [slow, usual] = [host.messages('first').length, host.messages('second').length];
    assert.ok(usual > 2 * slow, `${slow} slow and ${usual} usual frames`);
    await host.deploy(flow(camera.url));
    await host.waitFor('status', ({ status }) => (status as { text: string }).text === 'connected');
  });

  test('what cannot be followed is a named error at the Catch node, and changes nothing', async () => {
    for (const [button, why] of [
      ['explode', /There is no command \\?"explode/],
      ['fast', /command rate.*<= 15/],
    ] as const) {
      await press(button);
      const { error } = await host.waitFor('errors', () => true);
      assert.equal((error as { code: string }).code, 'ES_BAD_INPUT');
      assert.match((error as { message: string }).message, why);
    }
    host.seen.length = 0;
    await frame('first');
  });
});
