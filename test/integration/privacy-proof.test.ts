import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { SiteClock } from '../../src/clock/site-clock.ts';
import type { CameraList } from '../../src/contracts/cameras.ts';
import type { Frame, Incident } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { openPrivacyMask } from '../../src/media/privacy/mask-file.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { keepCamera } from './kept-camera.ts';
import { brightClip, hiddenPolygon, looksOf, looksOfFile } from './bright-camera.ts';

/** What JPEG and H.264 make of black beside white. */
const nearlyBlack = 48;
const nearlyWhite = 200;

/** Zones are drawn on these. */
const drawnOn = 100;

function assertMasked({ hidden, shown }: { hidden: number; shown: number }, what: string, least = nearlyWhite): void {
  assert.ok(hidden <= nearlyBlack, `${what}: a hidden pixel is ${hidden}`);
  assert.ok(shown >= least, `${what}: a pixel that all may see is ${shown}`);
}

const yard = {
  name: 'yard',
  kind: 'zone',
  weight: 2,
  points: [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
  ],
};
const rule = { id: 'open', enabled: true, severity: 2, all: [{ kind: 'signal', label: 'open' }] };

function flow(address: string, maskFile: string): FlowNode[] {
  const window = { name: 'window', kind: 'privacy', points: hiddenPolygon };
  const contact = {
    v: 1,
    kind: 'signal',
    site: 'proof',
    area: 'yard',
    source: 'door',
    capturedAt: 0,
    signal: 'contact',
  };
  const func = `msg.payload = ${JSON.stringify({ ...contact, label: 'open', score: 1 })}; msg.payload.capturedAt = Date.now(); return msg;`;
  return [
    { id: 'site', type: 'sentinel-site', name: 'Proof', siteId: 'proof', dataFolder: '' },
    {
      ...{ id: 'camera', type: 'sentinel-camera', name: 'bright', site: 'site', area: 'yard', address, audio: 'off' },
      ...{ zones: [window, yard], maskFile },
    },
    { id: 'in', type: 'rtsp-in', camera: 'camera', width: 640, rate: 5, wires: [['look', 'probe-frames'], [], []] },
    { id: 'look', type: 'detectron-infer', site: 'site', previewRate: 5, wires: [['fuse'], ['probe-previews']] },
    { id: 'button', type: 'inject', wires: [['door']] },
    { id: 'door', type: 'function', func, outputs: 1, wires: [['fuse']] },
    { id: 'fuse', type: 'fuse-severity', site: 'site', rules: [rule], wires: [['store', 'probe-incidents']] },
    { id: 'store', type: 'evidence-store', site: 'site', wires: [['probe-stored'], []] },
    ...['frames', 'previews', 'incidents', 'stored'].map((name) => probe(name)),
    ...catchAll(),
  ];
}

describe('no hidden pixel leaves', { timeout: 300_000 }, () => {
  test('on wires, in previews, snapshots and thumbnails, nor in any file', async (t) => {
    const { clip, maskFile } = await brightClip(temporaryFolder(t));
    const host = await NodeRedHost.start();
    t.after(() => host.stop());
    await host.deploy(flow(clip, maskFile));

    await host.waitFor('previews', () => true, 60_000);
    await host.inject('button');
    const { image } = await host.waitFor('incidents', (message) => Buffer.isBuffer(message.image));
    assertMasked(await looksOfFile(image as Buffer), 'the picture of the incident');
    const withThumbnail = (message: { payload?: unknown }): boolean =>
      (message.payload as Incident).evidence?.some(({ type }) => type === 'thumbnail') === true;
    const stored = (await host.waitFor('stored', withThumbnail)).payload as Incident;
    const types = new Set<string>();
    for (const { id, type } of (stored.evidence ?? []).filter(({ mime }) => !mime.startsWith('audio/'))) {
      const file = await fetch(`${host.url}/echosight/api/v1/evidence/${id}`);
      assertMasked(await looksOfFile(Buffer.from(await file.arrayBuffer())), `the ${type} of the API`);
      types.add(type);
    }
    assert.ok(types.has('snapshot') && types.has('thumbnail'), [...types].join());

    await host.waitFor('frames', ({ payload }) => (payload as Frame).seq > 5);
    const frames = host.messages('frames');
    const previews = host.messages('previews');
    assert.ok(frames.length > 3 && previews.length > 0);
    for (const { payload, image: bytes } of frames) {
      const { width, height, zones } = payload as Frame;
      const { hidden, shown } = looksOf(bytes as Buffer, width, height);
      assert.equal(hidden, 0);
      assert.ok(shown > 250);
      assert.deepEqual(zones, [yard], 'private polygons stay with the camera, the others travel');
    }
    for (const { payload } of previews) assertMasked(await looksOfFile(payload as Buffer), 'a preview', drawnOn);

    const { cameras } = (await (await fetch(`${host.url}/echosight/api/v1/cameras`)).json()) as CameraList;
    const live = `${host.url}/echosight/api/v1/previews/${cameras[0]?.previews[0]?.id}`;
    let watched = await fetch(live);
    for (let tries = 0; watched.status === 204 && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      watched = await fetch(live);
    }
    assert.equal(watched.status, 200);
    assertMasked(await looksOfFile(Buffer.from(await watched.arrayBuffer())), 'a live picture', drawnOn);

    const pictures = readdirSync(join(host.userDir, 'echosight'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(jpe?g|png|webp|mp4)$/.test(name),
    );
    assert.ok(pictures.length >= 2, pictures.join());
    for (const name of pictures) assertMasked(await looksOfFile(join(host.userDir, 'echosight', name)), name);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('in clips and full pictures out of what is kept', async (t) => {
    const { clip: file, maskFile } = await brightClip(temporaryFolder(t));
    const { clips, clock, receiver } = await keepCamera(t, { file, privacy: { polygons: [hiddenPolygon], maskFile } });
    await receiver.until(() => receiver.frames.length >= 15, 'frames');
    const clip = await clips.clip({ from: clock.now() - 2000, to: clock.now() - 1000 });
    const still = await clips.snapshot(clock.now() - 1000);
    assert.ok(clip && still);
    assertMasked(await looksOfFile(clip.bytes), 'a clip');
    assertMasked(await looksOfFile(still.bytes), 'a full picture');
  });

  const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
  for (const configured of ['', installer.path]) {
    test(`through the filter for clips and pictures, with the ffmpeg ${configured === '' ? 'of this machine' : 'of 2018'}`, async (t) => {
      const folder = temporaryFolder(t);
      const { clip, maskFile } = await brightClip(folder);
      const program = await locateFfmpeg({ configured });
      const mask = await openPrivacyMask({ polygons: [hiddenPolygon], maskFile }, { program, clock: new SiteClock() });
      const ffmpeg = (...args: string[]) => promisify(execFile)(program.path, ['-loglevel', 'error', '-y', ...args]);
      // As it came; where no edge lies on a pixel; and larger.
      for (const size of ['1280:720', '718:402', '1920:1080']) {
        const [video, masked] = [join(folder, 'sized.mp4'), join(folder, 'masked.mp4')];
        assert.ok(mask.filter !== undefined);
        await ffmpeg('-i', clip, '-t', '0.3', '-vf', `scale=${size}`, '-c:v', 'libx264', '-pix_fmt', 'yuv444p', video);
        await ffmpeg('-i', video, '-vf', mask.filter, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-an', masked);
        assertMasked(await looksOfFile(masked), `${size} clip`);
        const still = join(folder, 'still.jpg');
        await ffmpeg('-ss', '0.1', '-i', video, '-frames:v', '1', '-vf', mask.filter, '-q:v', '3', still);
        assertMasked(await looksOfFile(still), `${size} still`);
      }
      // Stretched over a picture of another shape, it would hide something else.
      const [square, out] = [join(folder, 'square.mp4'), join(folder, 'out.mp4')];
      await ffmpeg('-i', clip, '-t', '0.3', '-vf', 'scale=640:640,setsar=1', '-c:v', 'libx264', square);
      await assert.rejects(ffmpeg('-i', square, '-vf', mask.filter ?? '', '-c:v', 'libx264', out));
    });
  }
});
