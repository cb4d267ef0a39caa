import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AudioScores, Detections, StreamStatus } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { makeWithFfmpeg, soundForms, videoForms } from './test-streams.ts';

test(
  'a file that is played fast is analysed picture by picture and sound by sound',
  { timeout: 300_000 },
  async (t) => {
    const file = join(temporaryFolder(t), 'clip.mp4');
    const inputs = ['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=10:d=12', '-f', 'lavfi', '-i', 'sine=d=12'];
    await makeWithFfmpeg([...inputs, ...videoForms.h264, ...soundForms.AAC, file]);
    const host = await NodeRedHost.start();
    t.after(() => host.stop());
    const flow: FlowNode[] = [
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' },
      {
        id: 'camera',
        type: 'sentinel-camera',
        name: 'front',
        site: 'site',
        area: 'home',
        address: file,
        playback: 'fast',
      },
      { id: 'in', type: 'rtsp-in', camera: 'camera', rate: 5, wires: [['detect'], ['listen'], ['probe-status']] },
      { id: 'detect', type: 'detectron-infer', site: 'site', previewRate: 0, wires: [['probe-seen'], []] },
      { id: 'listen', type: 'audio-classify', site: 'site', wires: [['probe-heard']] },
    ];
    await host.deploy([...flow, probe('seen'), probe('heard'), probe('status'), ...catchAll()]);
    await host.waitFor('status', ({ payload }) => (payload as StreamStatus).status === 'stopped', 60_000);

    const seen = host.messages('seen');
    const sequence = seen.map(({ payload }) => (payload as Detections).seq);
    // Where the file ends, ffmpeg may round the last picture away.
    assert.ok(sequence.length >= 59, `${sequence.length} of 60 pictures were analysed`);
    assert.deepEqual(
      sequence,
      Array.from({ length: sequence.length }, (_, index) => index),
    );
    assert.deepEqual(
      seen.slice(0, 3).map(({ position }) => position),
      [0, 0.2, 0.4],
    );
    const heard = host.messages('heard').map(({ payload }) => payload as AudioScores);
    assert.ok(heard.length >= 23, `${heard.length} windows`);
    assert.deepEqual(host.messages('errors'), []);
  },
);
