import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { Media, StreamStatus } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { startDemoCamera } from './demo-camera.ts';

/** Two cameras, one of which keeps nothing; commands come with a POST, and the answer goes back by it. */
function flow(address: string): FlowNode[] {
  const camera = { type: 'sentinel-camera', area: 'hall', address, transport: 'tcp', audio: 'off' };
  const watch = { type: 'rtsp-in', width: 320, rate: 5 };
  const ask = (id: string, node: string): FlowNode => {
    return { id, type: 'http in', url: `/${id}`, method: 'post', wires: [[node]] };
  };
  const answer = `msg.headers = { 'content-type': msg.payload.mime };
msg.payload = msg.image || msg.clip; return msg;`;
  const refusal = 'msg.statusCode = 409; msg.payload = msg.error; return msg;';
  const step = (id: string, func: string): FlowNode => {
    return { id, type: 'function', func, outputs: 1, wires: [['reply']] };
  };
  return [
    { ...camera, id: 'cam', name: 'door' },
    { ...camera, id: 'blind', name: 'garden', ring: false },
    { ...watch, id: 'first', camera: 'cam', wires: [[], [], ['probe-state'], ['answer', 'probe-media']] },
    { ...watch, id: 'second', camera: 'blind', wires: [[], [], [], ['answer']] },
    ask('door', 'first'),
    ask('garden', 'second'),
    step('answer', answer),
    { id: 'refused', type: 'catch', scope: ['first', 'second'], uncaught: false, wires: [['refusal']] },
    step('refusal', refusal),
    { id: 'reply', type: 'http response', wires: [] },
    ...['media', 'state'].map(probe),
    ...catchAll(),
  ];
}

describe('pictures and clips by command in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;

  before(async () => {
    if (buildIsStale()) await build();
    camera = await startDemoCamera();
    host = await NodeRedHost.start();
    await host.deploy(flow(camera.url));
    await host.waitFor('state', ({ payload }) => (payload as StreamStatus).status === 'connected');
  });
  after(async () => {
    await host.stop();
    await camera.stop();
  });

  async function ask(where: 'door' | 'garden', command: unknown) {
    const response = await fetch(`${host.url}/${where}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    const { status, headers } = response;
    return { status, type: headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
  }
  const report = async (mime: Media['mime']) => {
    const { topic, payload } = await host.waitFor('media', (message) => (message.payload as Media).mime === mime);
    return { topic, ...(payload as Media) };
  };

  test('a clip begins before the command, lasts into the future, and plays', async (t) => {
    const asked = Date.now();
    const { status, type, body } = await ask('door', { command: 'clip', value: { before: 1, after: 3 } });
    const waited = Date.now() - asked;
    assert.deepEqual([status, type], [200, 'video/mp4']);
    assert.ok(waited >= 3000, `it came after ${waited} ms`);
    const { topic, kind, source, from, to, bytes } = await report('video/mp4');
    assert.deepEqual([topic, kind, source, bytes], ['home/door/media', 'media', 'door', body.length]);
    assert.ok(to >= asked + 3000 - 100, `it ends ${to - asked} ms after the command`);
    const file = join(temporaryFolder(t), 'clip.mp4');
    writeFileSync(file, body);
    const { path } = await locateFfmpeg();
    const { stderr } = await promisify(execFile)(path, ['-hide_banner', '-i', file, '-f', 'null', '-']);
    const seconds = Number(/Duration: 00:00:([\d.]+)/.exec(stderr)?.[1]);
    assert.match(stderr, /Video: h264 .*768x432/);
    assert.ok(Math.abs(seconds - (to - from) / 1000) < 1, `${seconds} s instead of ${(to - from) / 1000} s`);
  });

  test('a snapshot is a picture at full size, of now or some seconds ago', async () => {
    const asked = Date.now();
    const { status, type, body } = await ask('door', { command: 'snapshot', value: 2 });
    assert.deepEqual([status, type], [200, 'image/jpeg']);
    const { format, width, height } = await sharp(body).metadata();
    assert.deepEqual([format, width, height], ['jpeg', 768, 432]);
    const { from, to, capturedAt, bytes } = await report('image/jpeg');
    assert.deepEqual([to, capturedAt, bytes], [from, from, body.length]);
    const ago = asked - from;
    assert.ok(ago > 500 && ago < 20_000, `it was taken ${ago} ms before`);
    assert.equal((await ask('door', { command: 'snapshot' })).type, 'image/jpeg');
  });

  const refused: [what: string, where: 'door' | 'garden', command: unknown, name: string][] = [
    ['a camera that keeps nothing', 'garden', { command: 'snapshot' }, 'ES_NOTHING_KEPT'],
    ['more than is kept', 'door', { command: 'clip', value: { before: 50, after: 50 } }, 'ES_BAD_INPUT'],
  ];
  for (const [what, where, command, code] of refused) {
    test(`what cannot come is refused by name, once: ${what}`, async () => {
      host.seen.length = 0;
      const { status, body } = await ask(where, command);
      assert.deepEqual([status, (JSON.parse(body.toString()) as { code: string }).code], [409, code]);
      assert.equal(host.messages('errors').length, 1);
    });
  }

  test('a deploy answers who waits for a clip', async () => {
    const waiting = ask('door', { command: 'clip', value: { before: 0, after: 50 } });
    await ask('garden', { command: 'snapshot' });
    await host.deploy(
      [...flow(camera.url).map((node) => (node.id === 'first' ? { ...node, rate: 4 } : node))],
      'nodes',
    );
    const { status, body } = await waiting;
    assert.deepEqual([status, (JSON.parse(body.toString()) as { code: string }).code], [409, 'ES_CLIP_FAILED']);
  });
});
