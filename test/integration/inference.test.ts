import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Detections } from '../../src/contracts/messages.ts';
import { personJpeg } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { hostileModel, type hostileModels } from '../unit/inference/hostile-models.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { until } from '../faults/vitals.ts';

/** Posts to /NAME reach the detectron-infer of the name, whose detections end in a probe of the name. */
function detector(name: string, settings: object): FlowNode[] {
  return [
    { id: `in-${name}`, type: 'http in', url: `/${name}`, method: 'post', wires: [[name, `reply-${name}`]] },
    { id: `reply-${name}`, type: 'http response', statusCode: '202', wires: [] },
    { id: name, type: 'detectron-infer', name, previewRate: 0, ...settings, wires: [[`probe-${name}`], []] },
    probe(name),
  ];
}

describe('models in a real Node-RED', { timeout: 200_000 }, () => {
  let host: NodeRedHost;
  before(async () => {
    host = await NodeRedHost.start({ ECHOSIGHT_VISION_THREADS: '2' });
  });
  after(() => host.stop());

  async function post(name: string): Promise<void> {
    const headers = { 'content-type': 'image/jpeg' };
    const body = await personJpeg();
    const { status } = await fetch(`${host.url}/${name}`, { method: 'POST', headers, body });
    assert.equal(status, 202);
  }
  const deploy = (...nodes: FlowNode[]) => {
    host.seen.length = 0;
    return host.deploy([...nodes, ...catchAll(), ...watchStatus()]);
  };

  test('without the graphics card that is asked for, the CPU does it: status, log and messages say so', async () => {
    await deploy(...detector('card', { provider: 'cuda' }), ...detector('plain', {}));
    for (const name of ['card', 'plain']) await post(name);
    const [card, plain] = await Promise.all(
      ['card', 'plain'].map(async (name) => (await host.waitFor(name, () => true)).payload as Detections),
    );
    assert.deepEqual([card?.backend, plain?.backend], ['onnxruntime-node', 'onnxruntime-node']);
    assert.match(card?.fallback ?? '', /^cuda cannot be used: /);
    assert.equal(plain?.fallback, undefined);
    assert.deepEqual(card?.objects, plain?.objects);
    await host.waitFor('status', ({ status }) => (status as { text: string }).text.includes('on the CPU: no cuda'));
    await until(
      () => host.log.includes('The model nanodet-g-416 runs on onnxruntime-node: cuda cannot be used'),
      'log',
    );
  });

  test('hostile models are refused by name, and the others go on meanwhile', async (t) => {
    const folder = temporaryFolder(t);
    const hostile = (which: keyof typeof hostileModels) => {
      const { file, id, ...description } = hostileModel(folder, which);
      writeFileSync(file.replace(/onnx$/, 'json'), JSON.stringify(description));
      return detector(id.replace(' ', '-'), { model: file, labels: '' });
    };
    await deploy(...hostile('huge constant'), ...hostile('endless'), ...detector('plain', {}));
    await post('huge-constant');
    await post('endless');
    await until(() => host.messages('errors').length > 0, 'the refusal of the huge one');
    for (let picture = 1; picture <= 3; picture++) {
      await post('plain');
      await until(() => host.messages('plain').length === picture, `detections of picture ${picture}`);
    }
    const errors = host.messages('errors').map(({ error }) => error as { message: string; code: string });
    assert.equal(errors.length, 1, 'the endless one still has its minute');
    assert.match(errors[0]?.message ?? '', /Failed to allocate memory|took more than/);
    assert.match(errors[0]?.code ?? '', /^ES_MODEL_/);
  });
});
