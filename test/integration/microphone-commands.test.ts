import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, buildIsStale } from '../../scripts/build.ts';
import { stateCommands } from '../../src/contracts/commands.ts';
import type { HealthReport } from '../../src/contracts/health.ts';
import type { AudioWindow, StreamStatus } from '../../src/contracts/messages.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { childrenNamed, until } from '../faults/vitals.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { SoundServer } from '../hosts/sound-server.ts';
import { requirement } from '../requirements.ts';

/** A microphone that takes its commands over HTTP, as they are posted. */
const flow: FlowNode[] = [
  { id: 'command', type: 'http in', url: '/command', method: 'post', wires: [['payload', 'obeyed']] },
  { id: 'payload', type: 'function', outputs: 1, func: 'return {payload: msg.payload.payload};', wires: [['mic']] },
  { id: 'obeyed', type: 'http response', statusCode: '202', wires: [] },
  {
    ...{ id: 'mic', type: 'mic-in', name: 'hall', area: 'hall', recorder: 'parec', device: 'mic0' },
    wires: [['probe-sound'], ['probe-state']],
  },
  ...['sound', 'state'].map(probe),
  ...catchAll(),
  ...watchStatus(),
];
/** Longer than it takes until a recorder gives its first window. */
const aWhileMs = 2500;

describe('commands to a microphone in a real Node-RED', { timeout: 300_000 }, () => {
  let missing: string[] = [];
  let sound: SoundServer;
  let host: NodeRedHost;

  before(async () => {
    missing = await SoundServer.missing();
    if (missing.length > 0) return;
    if (buildIsStale()) await build();
    sound = await SoundServer.start();
    // A sine of -23 dBFS.
    const tone = new Float32Array(2 * 16_000).map((_, index) => 0.1 * Math.sin((2 * Math.PI * 440 * index) / 16_000));
    writeFileSync(join(sound.folder, 'tone.wav'), encodeWav(tone, 16_000));
    host = await NodeRedHost.start(sound.env);
    await host.deploy(flow);
  });
  after(async () => {
    if (missing.length > 0) return;
    await host.stop();
    await sound.stop();
  });

  test('pause: nothing comes, the recorder runs on, and that is no outage; resume: the same one goes on', async (t) => {
    if (!present(t)) return;
    await hears();
    const [recorder] = recorders();
    await tell('pause');
    await state('paused');
    assert.deepEqual(await during(aWhileMs), []);
    assert.deepEqual(recorders(), [recorder]);
    assert.equal(lastStatus(), 'paused');
    assert.deepEqual(await health(), ['ok', 'paused']);
    await tell('resume');
    await state('connected');
    await hears();
    assert.deepEqual(recorders(), [recorder]);
  });

  test('stop: no recorder is left, and that is no outage; start: a new one', async (t) => {
    if (!present(t)) return;
    const before = recorders();
    await tell({ command: 'stop' });
    await state('stopped');
    assert.deepEqual(recorders(), []);
    assert.deepEqual(await during(aWhileMs), []);
    assert.deepEqual([recorders(), lastStatus()], [[], 'stopped']);
    assert.deepEqual(await health(), ['ok', 'stopped']);
    await tell('start');
    await state('connected');
    await hears();
    assert.equal(recorders().length, 1);
    assert.notDeepEqual(recorders(), before);
  });

  test('while it is paused, stop ends it and start goes on with sound', async (t) => {
    if (!present(t)) return;
    await tell('pause');
    await state('paused');
    await tell('stop');
    await state('stopped');
    assert.deepEqual(recorders(), []);
    await tell('start');
    await state('connected');
    await hears();
    await tell('pause');
    await state('paused');
    await tell('start');
    await state('connected');
    await hears();
  });

  test('what it does already changes nothing, and commands in a hurry are followed in their order', async (t) => {
    if (!present(t)) return;
    const [recorder] = recorders();
    for (const command of ['start', 'resume'] as const) await tell(command);
    assert.equal((await during(aWhileMs)).includes('window'), true);
    assert.deepEqual([recorders(), host.messages('state')], [[recorder], []]);
    host.seen.length = 0;
    for (const command of ['stop', 'start', 'pause', 'stop', 'start', 'stop']) await post(command);
    await until(
      () => host.messages('state').filter((message) => statusOf(message) === 'stopped').length === 3,
      'three',
    );
    assert.deepEqual(recorders(), []);
    await tell('pause');
    await tell('stop');
    assert.deepEqual(await during(500), []);
    assert.deepEqual([host.messages('state'), host.messages('errors')], [[], []]);
  });

  test('a whole command message is followed, and a deploy begins anew whatever it was told', async (t) => {
    if (!present(t)) return;
    const from = { site: 'home', area: 'hall', source: 'panel', capturedAt: Date.now() };
    const command = { v: 1, kind: 'command', ...from, command: 'start' };
    await tell(command);
    await state('connected');
    await tell({ ...command, command: 'stop' });
    await state('stopped');
    host.seen.length = 0;
    await host.deploy(flow);
    await state('connected');
    await hears();
  });

  test('what cannot be followed is a named error at the Catch node, and changes nothing', async (t) => {
    if (!present(t)) return;
    const known = stateCommands.join(', ');
    const refused: readonly [unknown, RegExp][] = [
      ['explode', new RegExp(`no command "explode" here; there are ${known}`)],
      [{ command: 'rate', value: 1 }, new RegExp(`no command "rate" here; there are ${known}`)],
      ['snapshot', /no command "snapshot"/],
      [{ kind: 'frame' }, /ES_BAD_INPUT/],
      [17, /holds no command/],
      [null, /holds no command/],
    ];
    for (const [payload, why] of refused) {
      await tell(payload);
      const { error } = await host.waitFor('errors', () => true);
      assert.match((error as { message: string }).message, why);
      assert.equal((error as { code: string }).code, 'ES_BAD_INPUT');
      assert.deepEqual(host.messages('state'), []);
    }
    await tell('stop');
    await state('stopped');
    await tell('resume');
    const { error } = await host.waitFor('errors', () => true);
    assert.match((error as { message: string }).message, /stopped cannot go on/);
    assert.deepEqual(recorders(), []);
    await tell('start');
    await hears();
  });

  function present(t: TestContext): boolean {
    return requirement(t, missing.length === 0, missing.join(', '));
  }

  async function post(payload: unknown): Promise<void> {
    const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify({ payload })];
    assert.equal((await fetch(`${host.url}/command`, { method: 'POST', headers, body })).status, 202);
  }

  /** What was seen before is forgotten. */
  async function tell(payload: unknown): Promise<void> {
    host.seen.length = 0;
    await post(payload);
  }

  const state = (status: StreamStatus['status']) => host.waitFor('state', (message) => statusOf(message) === status);

  /** Plays a tone until it is heard: between two of them it is silent. */
  async function hears(): Promise<void> {
    const from = host.seen.length;
    const isTone = ({ payload }: { payload?: unknown }): boolean => (payload as AudioWindow).dbfs > -30;
    const heard = (): boolean =>
      host.seen.slice(from).some(({ probe: name, message }) => name === 'sound' && isTone(message));
    for (let times = 0; times < 10 && !heard(); times += 1) await sound.play(join(sound.folder, 'tone.wav'));
    assert.ok(heard(), 'no tone was heard');
  }

  /** What comes from now on for so long: `window` for each window of sound. */
  async function during(ms: number): Promise<string[]> {
    const from = host.seen.length;
    await sleep(ms);
    return host.seen.slice(from).flatMap(({ probe: name }) => (name === 'sound' ? ['window'] : []));
  }

  async function health(): Promise<[string, string | undefined]> {
    const { status, sites } = (await (await fetch(`${host.url}/echosight/api/v1/health`)).json()) as HealthReport;
    return [status, sites[0]?.sources[0]?.status];
  }

  function lastStatus(): string | undefined {
    return (host.messages('status').at(-1)?.status as { text?: string } | undefined)?.text;
  }

  function recorders(): number[] {
    return childrenNamed(host.pid, 'parec');
  }
});

function statusOf({ payload }: { payload?: unknown }): StreamStatus['status'] {
  return (payload as StreamStatus).status;
}
