import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { root } from '../../scripts/build/paths.ts';
import type { CameraList } from '../../src/contracts/cameras.ts';
import type { Detections } from '../../src/contracts/messages.ts';
import type { NodePreviewAnswer } from '../../src/contracts/node-preview.ts';
import { catchAll, NodeRedHost, probe } from '../hosts/node-red-host.ts';

const address = join(root, 'scripts', 'demo', 'demo-clip.mp4');
const zone = {
  ...{ name: 'floor', kind: 'zone' },
  points: [
    { x: 0.02, y: 0.05 },
    { x: 0.98, y: 0.05 },
    { x: 0.98, y: 0.98 },
    { x: 0.02, y: 0.98 },
  ],
};

/** How many pixels have the red of a person's box, and how many the blue of a zone. */
async function painted(jpeg: Buffer): Promise<{ red: number; blue: number; width: number }> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  let [red, blue] = [0, 0];
  for (let at = 0; at < data.length; at += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
    if (r > 210 && g < 100 && b < 100) red += 1;
    if (b > 180 && r < 100 && g < 180) blue += 1;
  }
  return { red, blue, width: info.width };
}

/** Asks again and again, as a page does, until the answer is the one that is waited for. */
async function until<Answer>(ask: () => Promise<Answer | undefined>, what: string): Promise<Answer> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.fail(`There was no ${what}.`);
}

describe('live pictures of a camera', { timeout: 240_000 }, () => {
  test('are made for who looks and for nobody else, with box and zone, by our API and for the dialog', async (t) => {
    const host = await NodeRedHost.start();
    t.after(() => host.stop());
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Home', siteId: 'home', dataFolder: '' },
      { id: 'camera-1', type: 'sentinel-camera', name: 'front', site: 'site', area: 'shop', address, zones: [zone] },
      { id: 'camera-2', type: 'sentinel-camera', name: 'gone', site: 'site', area: 'shop', address: '/nowhere.mp4' },
      { id: 'in', type: 'rtsp-in', camera: 'camera-1', width: 640, rate: 5, wires: [['look'], [], []] },
      { id: 'in2', type: 'rtsp-in', camera: 'camera-2', width: 640, rate: 5, wires: [['look'], [], []] },
      { id: 'look', type: 'detectron-infer', site: 'site', previewRate: 2, wires: [['probe-found'], []] },
      probe('found'),
      ...catchAll(),
    ]);
    const api = `${host.url}/echosight/api/v1`;
    const cameras = async () => ((await (await fetch(`${api}/cameras`)).json()) as CameraList).cameras;
    const made = async () =>
      /^previews_made_total\{.*source="front".*\} (\d+)$/m.exec(
        await (await fetch(`${host.url}/echosight/metrics`)).text(),
      )?.[1];

    const seen = ({ payload }: { payload?: unknown }) =>
      payload !== undefined && (payload as Partial<Detections>).objects?.length !== 0;
    await host.waitFor('found', seen, 120_000);
    assert.equal(await made(), undefined, 'nobody looks: nothing was drawn');
    const [front, gone] = await cameras();
    assert.deepEqual([front?.source, front?.status, front?.previews.length], ['front', 'connected', 1]);
    assert.equal(gone?.source, 'gone');
    assert.notEqual(gone.status, 'connected');
    assert.deepEqual(gone.previews, []);

    const preview = `${api}/previews/${front?.previews[0]?.id}`;
    assert.equal((await fetch(preview)).status, 204);
    const picture = async () => {
      const response = await fetch(preview);
      return response.status === 200 ? Buffer.from(await response.arrayBuffer()) : undefined;
    };
    const boxed = await until(async () => {
      const jpeg = await picture();
      const found = jpeg && (await painted(jpeg));
      return found !== undefined && found.red > 300 ? found : undefined;
    }, 'picture with a box');
    assert.equal(boxed.width, 640);
    assert.ok(boxed.blue > 300, `${boxed.blue} pixels of the zone`);
    assert.ok(Number(await made()) > 0);

    const dialog = async (query: Record<string, string>) => {
      const url = `${host.url}/echosight/detectron-infer/preview?${new URLSearchParams(query).toString()}`;
      const response = await fetch(url, { headers: { 'x-requested-with': 'XMLHttpRequest' } });
      return (await response.json()) as NodePreviewAnswer;
    };
    const shown = await until(async () => {
      const answer = await dialog({ id: 'look' });
      return answer.picture === undefined ? undefined : answer;
    }, 'picture for the dialog');
    assert.deepEqual([shown.state, shown.sources, shown.source], ['live', ['front'], 'front']);
    assert.equal((await painted(Buffer.from(shown.picture?.split(',')[1] ?? '', 'base64'))).width, 640);
    assert.equal((await dialog({ id: 'nobody' })).state, 'absent');
    assert.deepEqual(
      host.messages('errors').filter(({ payload }) => JSON.stringify(payload).includes('preview')),
      [],
    );

    await host.deploy([]);
    assert.equal((await fetch(preview)).status, 404, 'the node is gone');
  });
});
