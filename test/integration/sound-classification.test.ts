import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { SoundClassifier } from '../../src/audio/classifier.ts';
import type { AudioScores } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { requirement, sharedFile, sharedRequirement } from '../requirements.ts';
import { newAnalysis, usualDecision } from '../unit/audio/new-analysis.ts';
import { newClassifier } from '../unit/audio/new-classifier.ts';

/** Real recordings through the whole path: ffmpeg, WAV, windows, worker thread, model, decision. */
describe('the shipped sound model on real recordings', () => {
  const ffmpeg = locateFfmpeg().catch(() => undefined);
  let classifier: SoundClassifier;
  before(() => {
    classifier = newClassifier();
  });
  after(() => classifier.close());

  async function judge(file: string, rate = 16_000): Promise<AudioScores> {
    const { path } = (await ffmpeg) ?? { path: 'ffmpeg' };
    const options = ['-v', 'error', '-i', file, '-vn', '-ac', '1', '-ar', String(rate), '-t', '59', '-f', 'f32le', '-'];
    const { stdout } = await promisify(execFile)(path, options, { encoding: 'buffer', maxBuffer: 2 ** 28 });
    const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
    return newAnalysis(classifier).clip(encodeWav(samples, rate), {
      site: 'home',
      area: 'test',
      source: file,
      capturedAt: 0,
    });
  }

  for (const rate of [16_000, 48_000]) {
    test(`the pane of the demo footage is heard where it breaks, from ${rate} Hz`, async (t) => {
      if (!sharedRequirement(t, 'media', 'demo.mp4')) return;
      if (!requirement(t, (await ffmpeg) !== undefined, 'ffmpeg')) return;
      const { windows = [], scores, triggered, top } = await judge(sharedFile('media', 'demo.mp4'), rate);
      const heard = windows.filter(
        (window) => (window.scores.glass_break ?? 0) >= (usualDecision.thresholds.glass_break ?? 1),
      );
      // The first of them begins half a second before the pane breaks.
      assert.deepEqual(
        heard.map((window) => window.offset),
        [8.64, 9.12],
      );
      assert.ok((scores.glass_break ?? 0) > 0.95, `${scores.glass_break ?? NaN}`);
      assert.ok(triggered.includes('glass_break'));
      assert.equal(top.length, 5);
    });
  }

  test('labelled clips: breaking glass mostly fires, other sounds rarely', async (t) => {
    if (!sharedRequirement(t, 'audio', 'manifest.csv')) return;
    if (!requirement(t, (await ffmpeg) !== undefined, 'ffmpeg')) return;
    // The model was trained on these clips: this proves that our path is the one it was trained with, nothing more.
    const clips = readFileSync(sharedFile('audio', 'manifest.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
      .map(([file = '', label]) => ({ file, label }));
    const glass = clips.filter(({ label }) => label === 'glass_break');
    const others = sample(
      clips.filter(({ label }) => label === 'other'),
      60,
    );
    const glassShare = await shareThatFires(glass);
    const otherShare = await shareThatFires(others);
    t.diagnostic(`glass_break fires on ${percent(glassShare)} of panes and ${percent(otherShare)} of other clips`);
    assert.ok(glassShare >= 0.8, percent(glassShare));
    assert.ok(otherShare <= 0.05, percent(otherShare));
  });

  async function shareThatFires(clips: readonly { file: string }[]): Promise<number> {
    let fired = 0;
    for (const { file } of clips) {
      const { triggered } = await judge(sharedFile('audio', ...file.split('/')));
      if (triggered.includes('glass_break')) fired += 1;
    }
    return fired / clips.length;
  }
});

/** Items drawn without repetition, the same ones every time. */
function sample<T>(items: readonly T[], count: number): T[] {
  const random = seededRandom(11);
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ item }) => item);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
