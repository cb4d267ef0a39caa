import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoundVerdict } from '../../src/audio/sound-analysis.ts';
import type { AudioWindow } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import type { IngestWindow } from '../../src/media/ingest.ts';
import { demoClip, startDemoCamera } from '../integration/demo-camera.ts';
import { watch } from '../integration/ingest-watch.ts';
import { makeWithFfmpeg, soundForms, videoForms } from '../integration/test-streams.ts';
import { requirement } from '../requirements.ts';
import { newAnalysis } from '../unit/audio/new-analysis.ts';
import { newClassifier } from '../unit/audio/new-classifier.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { SwallowingProxy } from './swallowing-proxy.ts';
import { until } from './vitals.ts';

/** The camera of `cameraWithPanes` breaks one in the middle of it, and it is shorter than the patience with cameras. */
const held = { from: 3000, ms: 3500 };

describe('sound that comes late, all at once', { timeout: 120_000 }, () => {
  test('a pane that breaks while the network holds its breath is heard, by its own windows', async (t) => {
    const ffmpeg = await locateFfmpeg().catch(() => undefined);
    if (!requirement(t, ffmpeg !== undefined, 'ffmpeg')) return;
    const address = new URL(await cameraWithPanes(t));
    const way = await SwallowingProxy.start(Number(address.port));
    t.after(() => way.stop());
    address.port = String(way.port);
    const { receiver } = watch(t, address.href);
    const ear = listener(t);
    receiver.audio = (window) => void ear.hear(window);

    await until(() => ear.panes.length === 1, 'the first pane');
    await sleep(held.from);
    way.hold();
    await sleep(held.ms);
    const before = ear.last;
    assert.equal(ear.panes.length, 1);
    way.release();
    await until(() => ear.panes.length === 2, 'the second pane');
    // The third one, which is no late sound, lies five seconds behind it: ten windows.
    assert.ok((ear.panes[1] ?? Infinity) - before < 9, `${ear.panes.join()} after ${before}`);
    assert.equal(ear.dropped, 0);
    assert.deepEqual(
      receiver.states.map(({ status }) => status),
      ['probing', 'connecting', 'connected'],
    );
  });
});

/** Decides as audio-classify does: the windows in which a pane began to break. */
function listener(t: TestContext) {
  const classifier = newClassifier();
  t.after(() => classifier.close());
  const analysis = newAnalysis(classifier);
  const identity = { v: 1, kind: 'audio-window', site: 'home', area: 'hall', source: 'entrance' } as const;
  const ear = { panes: [] as number[], last: 0, dropped: 0, hear };
  async function hear({ samples, ...window }: IngestWindow): Promise<void> {
    const verdict: SoundVerdict = await analysis.window({ ...identity, ...window } as AudioWindow, samples);
    ear.last = window.seq;
    if (verdict.outcome === 'dropped') ear.dropped += 1;
    if (verdict.outcome !== 'scores') return;
    const begun = (verdict.scores.sounds ?? []).filter(({ started }) => started);
    if (begun.some(({ label }) => label === 'glass_break')) ear.panes.push(window.seq);
  }
  return ear;
}

/** A pane breaks every five seconds. */
async function cameraWithPanes(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const [pane, panes] = [join(folder, 'pane.mp4'), join(folder, 'panes.mp4')];
  await makeWithFfmpeg(['-ss', '6.5', '-t', '5', '-i', demoClip, ...videoForms.h264, ...soundForms.AAC, pane]);
  await makeWithFfmpeg(['-stream_loop', '20', '-i', pane, '-c', 'copy', panes]);
  const camera = await startDemoCamera({ file: panes });
  t.after(() => camera.stop());
  return camera.url;
}
