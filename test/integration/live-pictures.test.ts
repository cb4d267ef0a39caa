import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { root } from '../../scripts/build/paths.ts';
import type { CameraList } from '../../src/contracts/cameras.ts';
import type { Detections } from '../../src/contracts/messages.ts';
import type { IncidentPage } from '../../src/contracts/api.ts';
import type { ModelRegister, SourceRegister } from '../../src/contracts/register.ts';
import type { NodePreviewAnswer } from '../../src/contracts/node-preview.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';

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

describe('a camera with a detector in a real Node-RED', { timeout: 400_000 }, () => {
  let host: NodeRedHost;

  before(async () => {
    host = await NodeRedHost.start();
  });
  after(() => host.stop());

  test('has live pictures for who looks and for nobody else, with box and zone, by our API and for the dialog', async () => {
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

  test('is renamed: its incidents are found by its old name, which the register keeps with what judged it', async () => {
    const api = `${host.url}/echosight/api/v1`;
    const read = async <Answer>(path: string) => (await (await fetch(`${api}/${path}`)).json()) as Answer;
    const errors = host.messages('errors').length;
    const at = Date.now();
    const happened = {
      ...{ v: 1, kind: 'incident', id: 'one', phase: 'end', seq: 1, site: 'home', area: 'shop', source: 'till' },
      ...{ capturedAt: at, severity: 2, label: 'Person', reason: 'person', confidence: 0.8, sources: ['till'] },
      ...{ startedAt: at, updatedAt: at, endedAt: at, explanation: ['A person was seen.'] },
      signals: [{ kind: 'object', label: 'person', source: 'till', score: 0.8, capturedAt: at }],
    };
    const flow = (name: string): FlowNode[] => [
      { id: 'site', type: 'sentinel-site', name: 'Home', siteId: 'home', dataFolder: '' },
      { id: 'camera-1', type: 'sentinel-camera', name, site: 'site', area: 'shop', address },
      { id: 'in', type: 'rtsp-in', camera: 'camera-1', width: 640, rate: 5, wires: [['look'], [], []] },
      { id: 'look', type: 'detectron-infer', site: 'site', wires: [['probe-found'], []] },
      { id: 'button', type: 'inject', wires: [['happen']] },
      { id: 'happen', type: 'function', func: `return {payload: ${JSON.stringify(happened)}};`, wires: [['keep']] },
      { id: 'keep', type: 'evidence-store', site: 'site', wires: [[], []] },
      probe('found'),
      ...catchAll(),
    ];
    const judged = async (name: string) =>
      until(async () => {
        const { items } = await read<ModelRegister>('models');
        return items.find(({ sources }) => sources.some(({ source }) => source === name));
      }, `model that judged ${name}`);

    await host.deploy(flow('till'));
    await host.inject('button');
    const model = await judged('till');
    assert.match(model.sha256, /^[0-9a-f]{64}$/);
    assert.equal(model.kind, 'objects');
    assert.deepEqual(
      (await read<SourceRegister>('sources?state=current')).items.map(({ source }) => source),
      ['till'],
    );

    await host.deploy(flow('desk'));
    assert.equal((await judged('desk')).sha256, model.sha256);
    const gone = await until(async () => {
      const { cameras } = await read<CameraList>('cameras?gone=true');
      return cameras.find(({ source, goneAt }) => source === 'till' && goneAt !== undefined);
    }, 'camera that is gone');
    assert.equal(gone.area, 'shop');
    assert.deepEqual(
      (await read<SourceRegister>('sources?state=current')).items.map(({ source }) => source),
      ['desk'],
    );
    const listed = await read<IncidentPage>('incidents?source=till');
    assert.deepEqual(
      listed.incidents.map(({ id }) => id),
      ['one'],
    );
    assert.equal(host.messages('errors').length, errors);
  });
});
