import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { briefProbe, flowOf, House, quietSeconds } from './house.ts';
import { recoverAgainAndAgain } from './recover-again.ts';
import { decodersOf, until } from './vitals.ts';

const onLinux = process.platform === 'linux';

describe('a camera whose ffmpeg dies', { timeout: 400_000 }, () => {
  test('killed again and again: each time it is said, and pictures come back from one new ffmpeg', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    // However slow this machine is at finding it again.
    const house = await House.open(t, { camera: camera.url, offlineSeconds: 120 });
    const { before, after, descriptors } = await recoverAgainAndAgain(house, { kills: 5 });
    assert.deepEqual(after.children, ['ffmpeg']);
    assert.ok(after.descriptors <= before.descriptors + 4, JSON.stringify(descriptors));
    assert.ok(after.threads <= before.threads + 4, `${before.threads} threads became ${after.threads}`);
    const errors = house.errors();
    assert.equal(errors.length, 5, `once per loss: ${errors.join('\n')}`);
    assert.match(errors.join('\n'), /ES_CAMERA_UNREACHABLE/);
    assert.ok(
      house.statuses('eye').some((text) => text.includes('tries again')),
      house.statuses('eye').join(' | '),
    );
    assert.equal((await house.health()).status, 'ok');
    assert.deepEqual(house.incidents('offline'), [], 'back in time: no incident');
    house.assertCalm();
  });

  test('frozen: the watchdog says so, ends it and starts another', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url });
    await house.nextFrame();
    const [frozen = 0] = decodersOf(house.pid);
    process.kill(frozen, 'SIGSTOP');
    await until(() => house.streams().includes('stalled'), 'the stall is told');
    await until(() => house.streams().at(-1) === 'connected', 'the stream is back');
    await house.nextFrame();
    const [another, ...others] = decodersOf(house.pid);
    assert.ok(another !== frozen && others.length === 0);
    assert.match(house.errors().join(), /ES_CAMERA_STALLED/);
    assert.deepEqual((await house.steadyVitals()).children, ['ffmpeg']);
    house.assertCalm();
  });
});

describe('a camera that goes away', { timeout: 400_000 }, () => {
  test('is one incident from its minute to its return, told once; then pictures come again', async (t) => {
    const first = await startDemoCamera();
    const { port } = first.relay;
    const house = await House.open(t, { camera: first.url });
    await house.nextFrame();
    await first.stop();
    await until(() => house.incidents('offline').length > 0, 'the outage is told');
    const degraded = await house.health();
    assert.equal(degraded.status, 'degraded');
    assert.notEqual(degraded.site.sources[0]?.status, 'connected');
    const [start] = house.incidents('offline');
    assert.deepEqual([start?.phase, start?.severity], ['start', 2]);
    await house.arrived(['Camera offline']);

    await sleep(quietSeconds * 1000 * 3);
    assert.deepEqual(
      house.incidents('offline').filter(({ phase }) => phase === 'end'),
      [],
      'it lasts as long as the camera is away',
    );
    const again = await startDemoCamera({ port });
    t.after(() => again.stop());
    await house.nextFrame();
    await until(() => house.incidents('offline').some(({ phase }) => phase === 'end'), 'the incident ends');
    assert.equal(new Set(house.incidents('offline').map(({ id }) => id)).size, 1, 'one incident');
    assert.equal(house.told('Camera offline'), 1, 'told once');
    assert.equal((await house.health()).status, 'ok');
    house.assertCalm();
  });

  test('freezes without hanging up: stalled, told, and back when it thaws', async (t) => {
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url });
    await house.nextFrame();
    camera.relay.faults.freeze = true;
    await until(() => house.streams().includes('stalled'), 'the stall is told');
    await house.arrived(['Camera offline']);
    camera.relay.faults.freeze = false;
    await house.nextFrame();
    await until(() => house.incidents('offline').some(({ phase }) => phase === 'end'), 'the incident ends');
    assert.equal(house.told('Camera offline'), 1);
    house.assertCalm();
  });
});

describe('one camera on two tabs', { timeout: 400_000 }, () => {
  const second = (width: number) => ({ id: 'eye2', type: 'rtsp-in', camera: 'camera', z: 'tab2', width, rate: 5 });
  const more = (width: number) => [
    { id: 'tab2', type: 'tab', label: 'second' },
    { ...second(width), wires: [['probe-frame2'], [], []] },
    { ...briefProbe('frame2'), z: 'tab2' },
    { id: 'statuses2', type: 'status', z: 'tab2', scope: null, wires: [['probe-status2']] },
    { ...briefProbe('status2'), z: 'tab2' },
    { id: 'tell2', type: 'whatsapp-out', z: 'tab2', site: 'site', account: 'account', wires: [[], []] },
  ];

  test('is one connection; a deploy of one does not interrupt the other; other settings make a second, which is said', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const options = { camera: camera.url, more: more(320) };
    const house = await House.open(t, options);
    await house.nextFrame();
    await house.nextFrame(40_000, 'frame2');
    const [ffmpeg, ...others] = decodersOf(house.pid);
    assert.deepEqual([others.length, camera.relay.players('/front')], [0, 1]);

    const flow = await flowOf({ ...options, change: { eye2: { name: 'renamed' } } });
    const streams = house.streams().length;
    await house.host.deploy(flow, 'nodes');
    await house.nextFrame(40_000, 'frame2');
    assert.deepEqual(decodersOf(house.pid), [ffmpeg], 'the same ffmpeg goes on');
    assert.equal(house.streams().length, streams, 'the other one heard of nothing');

    await house.host.deploy(await flowOf({ camera: camera.url, more: more(160) }), 'nodes');
    await until(
      () => JSON.stringify(house.host.messages('status2')).includes('2 connections'),
      'the second connection is said',
    );
    await until(() => decodersOf(house.pid).length === 2, 'the second connection');
    await house.nextFrame();
    await house.host.deploy(await flowOf({ camera: camera.url }), 'nodes');
    await until(() => decodersOf(house.pid).length === 1, 'it goes with its node');
    assert.deepEqual(decodersOf(house.pid), [ffmpeg]);
    assert.deepEqual(house.errors(), []);
    house.assertCalm();
  });
});
