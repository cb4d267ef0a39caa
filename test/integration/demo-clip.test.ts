import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { recognisedPane, paneSound } from '../../scripts/demo/pane-sound.ts';
import { demoScenario, figureAt, walkSeconds } from '../../scripts/demo/scenario.ts';
import { SoundClassifier } from '../../src/audio/classifier.ts';
import { soundClasses, type SoundClass } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { FrameReader, type RawFrame } from '../../src/media/frame-reader.ts';
import { WindowCutter, type CutWindow } from '../../src/media/window-cutter.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { Detector } from '../../src/vision/detector.ts';
import { newClassifier } from '../unit/audio/new-classifier.ts';
import { newDetector } from '../unit/vision/drawn-picture.ts';
import { demoClip } from './demo-camera.ts';

const { sampleRate, samples: windowSamples, hop: windowHop } = soundWindow;

const frameRate = 2;
const [visit] = demoScenario.visits;
const [pane = NaN] = demoScenario.panes;

/** The committed clip, judged by the models that will judge it in the demo. */
describe('the demo clip', { timeout: 300_000 }, () => {
  let detector: Detector;
  let classifier: SoundClassifier;
  before(() => {
    detector = newDetector();
    classifier = newClassifier();
  });
  after(() => Promise.all([detector.close(), classifier.close()]));

  async function scoresOf(samples: Float32Array): Promise<Record<SoundClass, number>> {
    const outcome = await classifier.classify({ source: 'demo', samples });
    assert.ok(outcome !== undefined, 'no window is dropped');
    return outcome.scores;
  }

  async function decoded(...output: string[]): Promise<Buffer> {
    const { path } = await locateFfmpeg();
    const args = ['-v', 'error', '-i', demoClip, ...output, 'pipe:1'];
    const { stdout } = await promisify(execFile)(path, args, { encoding: 'buffer', maxBuffer: 2 ** 29 });
    return stdout;
  }

  test('is small enough to be committed', () => {
    assert.ok(statSync(demoClip).size < 1_000_000);
  });

  test('shows a person for as long as one is there, and nobody else', async () => {
    const frames: RawFrame[] = [];
    const reader = new FrameReader((frame) => frames.push(frame));
    reader.push(await decoded('-an', '-vf', `fps=${frameRate},scale=640:360`, '-c:v', 'ppm', '-f', 'image2pipe'));
    const missed: number[] = [];
    for (const [index, frame] of frames.entries()) {
      const second = index / frameRate;
      const outcome = await detector.detect({
        source: 'demo',
        slot: 'demo',
        picture: { ...frame, encoding: 'rgb24' },
        maxWaitMs: 60_000,
        threshold: 0.4,
        labels: new Set(['person', 'knife']),
      });
      assert.ok(!outcome.dropped);
      const best = Math.max(0, ...outcome.objects.map((object) => object.score));
      // Half a second to walk through the edge of the picture.
      const inside =
        figureAt(demoScenario, second - 0.5) !== undefined && figureAt(demoScenario, second + 0.5) !== undefined;
      if (inside && best < 0.6) missed.push(second);
      if (figureAt(demoScenario, second) === undefined) assert.equal(outcome.objects.length, 0, `at ${second} s`);
    }
    assert.deepEqual(missed, []);
    assert.ok(frames.length >= (demoScenario.duration - 1) * frameRate);
  });

  test('has one breaking pane that is recognised, and is quiet otherwise', async () => {
    const windows: CutWindow[] = [];
    const cutter = new WindowCutter((window) => windows.push(window));
    cutter.push(await decoded('-vn', '-ac', '1', '-ar', `${sampleRate}`, '-f', 's16le'), 0);
    let best = 0;
    for (const [index, { samples }] of windows.entries()) {
      const scores = await scoresOf(samples);
      const start = (index * windowHop) / sampleRate;
      const holdsPane = start + windowSamples / sampleRate > pane && start < pane + 1.6;
      if (holdsPane) best = Math.max(best, scores.glass_break);
      else for (const name of soundClasses) assert.ok(scores[name] < 0.4, `${name} at ${start.toFixed(2)} s`);
    }
    assert.ok(best >= 0.9, `glass_break ${best.toFixed(2)}`);
  });

  test('is known by its sound wherever the windows begin', async () => {
    const sound = paneSound(recognisedPane);
    let worst = 1;
    for (let phase = 0; phase < windowHop; phase += 960) {
      const track = new Float32Array(4 * sampleRate);
      sound.forEach((sample, index) => (track[windowSamples + phase + index] = sample / 2));
      let best = 0;
      for (let start = 0; start + windowSamples <= track.length; start += windowHop) {
        const samples = track.slice(start, start + windowSamples);
        best = Math.max(best, (await scoresOf(samples)).glass_break);
      }
      worst = Math.min(worst, best);
    }
    assert.ok(worst >= 0.85, `glass_break ${worst.toFixed(2)}`);
  });

  test('gives the detector three seconds before the pane, and incidents time to end', () => {
    assert.ok(visit !== undefined);
    assert.ok(pane - visit.enters - walkSeconds >= 3);
    assert.ok(demoScenario.duration - visit.leaves > 35);
  });
});
