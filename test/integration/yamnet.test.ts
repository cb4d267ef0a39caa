import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { clipWindows } from '../../src/audio/training/material/clip-windows.ts';
import { LogMel, patch } from '../../src/audio/log-mel.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { catalogEntries, findModel, isDownloadable } from '../../src/inference/catalog.ts';
import { importModel } from '../../src/inference/pulled-models.ts';
import { openSession, type ModelSession } from '../../src/inference/session.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { requirement, sharedFile, sharedRequirement } from '../requirements.ts';
import { newClassifier } from '../unit/audio/new-classifier.ts';

const official = ['models', 'yamnet_classification_tflite_1.tflite'] as const;
/** Made independently of our program. */
const reference = ['models', 'yamnet_patch_w8.onnx'] as const;
const allowed = 0.006;
/** Of each class; of everything else one of each kind. */
const clipsOfEach = 3;

/** The official file, made into our model, on real recordings. */
describe('YAMNet as it is made of the official file', () => {
  const ffmpeg = locateFfmpeg().catch(() => undefined);
  let folder = '';
  const kept = process.env.ECHOSIGHT_MODELS;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-yamnet-'));
    process.env.ECHOSIGHT_MODELS = folder;
  });
  after(async () => {
    if (kept === undefined) delete process.env.ECHOSIGHT_MODELS;
    else process.env.ECHOSIGHT_MODELS = kept;
    await rm(folder, { recursive: true });
  });

  async function isHere(t: TestContext): Promise<boolean> {
    if (!sharedRequirement(t, ...official) || !sharedRequirement(t, ...reference)) return false;
    if (!requirement(t, (await ffmpeg) !== undefined, 'ffmpeg')) return false;
    const yamnet = catalogEntries()
      .filter(isDownloadable)
      .find(({ id }) => id === 'yamnet');
    assert.ok(yamnet !== undefined);
    await importModel(yamnet, sharedFile(...official), folder, new SiteClock());
    return true;
  }

  async function samplesOf(file: string): Promise<Float32Array> {
    const { path } = (await ffmpeg) ?? { path: 'ffmpeg' };
    const options = ['-v', 'error', '-i', file, '-vn', '-ac', '1', '-ar', '16000', '-t', '30', '-f', 'f32le', '-'];
    const { stdout } = await promisify(execFile)(path, options, { encoding: 'buffer', maxBuffer: 2 ** 26 });
    return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  }

  test('gives the scores of an independent conversion, and the same embeddings', { timeout: 120_000 }, async (t) => {
    if (!(await isHere(t)) || !sharedRequirement(t, 'audio', 'manifest.csv')) return;
    const sessions = await Promise.all(
      [findModel('yamnet', 'sound').file, sharedFile(...reference)].map((file) => openSession(readFileSync(file))),
    );
    const logMel = new LogMel();
    let [windows, worst, worstEmbedding, highest] = [0, 0, 0, 0];
    for (const clip of someClips()) {
      const parts = clipWindows(await samplesOf(sharedFile('audio', ...clip.split('/')))).slice(0, 8);
      const patches = new Float32Array(parts.length * patch.size);
      parts.forEach(({ samples }, index) => {
        logMel.write(samples, patches.subarray(index * patch.size));
      });
      const [ours, theirs] = await Promise.all(sessions.map((session) => run(session, patches)));
      windows += parts.length;
      worst = Math.max(worst, difference(ours?.scores, theirs?.scores));
      worstEmbedding = Math.max(worstEmbedding, difference(ours?.embedding, theirs?.embedding));
      highest = Math.max(highest, ...(ours?.scores ?? []));
    }
    for (const session of sessions) await session.release();
    t.diagnostic(
      `${windows} windows: scores differ by ${worst.toFixed(4)}, embeddings by ${worstEmbedding.toExponential(1)}`,
    );
    assert.ok(windows > 20 && highest > 0.5, 'something is heard at all');
    assert.ok(worst <= allowed, `${worst}`);
    assert.ok(worstEmbedding < 1e-3, `${worstEmbedding}`);
  });

  test(
    'hears the pane of the demo footage above its shipped threshold, and no shot',
    { timeout: 120_000 },
    async (t) => {
      if (!(await isHere(t)) || !sharedRequirement(t, 'media', 'demo.mp4')) return;
      const classifier = newClassifier({ model: findModel('yamnet', 'sound') });
      t.after(() => classifier.close());
      const heard: { at: number; glass: number; gunshot: number; label: string | undefined }[] = [];
      for (const { offset, samples } of clipWindows(await samplesOf(sharedFile('media', 'demo.mp4')))) {
        const outcome = await classifier.classify({ source: 'demo', samples });
        assert.ok(outcome !== undefined);
        const { scores, top } = outcome;
        heard.push({
          ...{ at: offset / soundWindow.sampleRate, glass: scores.glass_break, gunshot: scores.gunshot },
          label: top[0]?.label,
        });
      }
      const panes = heard.filter(({ glass }) => glass >= 0.6);
      assert.ok(panes.length > 0, JSON.stringify(heard));
      for (const { at } of panes) assert.ok(at > 8 && at < 10, `${at}`);
      assert.deepEqual(
        heard.filter(({ gunshot }) => gunshot >= 0.7),
        [],
      );
      assert.ok(heard.every(({ label }) => label !== undefined));
    },
  );
});

function someClips(): string[] {
  const rows = readFileSync(sharedFile('audio', 'manifest.csv'), 'utf8').trim().split('\n').slice(1);
  const chosen = new Map<string, string[]>();
  for (const row of rows) {
    const [file = '', name = '', fine = ''] = row.split(',');
    const kind = ['glass_break', 'gunshot', 'scream', 'forced_entry'].includes(name) ? name : fine;
    const known = chosen.get(kind) ?? [];
    if (known.length < (kind === name ? clipsOfEach : 1)) chosen.set(kind, [...known, file]);
  }
  return [...chosen.values()].flat().slice(0, 40);
}

async function run(
  session: ModelSession,
  patches: Float32Array,
): Promise<{ scores: Float32Array | undefined; embedding: Float32Array | undefined }> {
  const [input = ''] = session.inputNames;
  const dims = [patches.length / patch.size, patch.frames, patch.bands];
  const outputs = await session.run({ [input]: { data: patches, dims } });
  return { scores: outputs.scores?.data, embedding: outputs.embedding?.data };
}

function difference(ours: Float32Array | undefined, theirs: Float32Array | undefined): number {
  assert.ok(ours !== undefined && ours.length === theirs?.length);
  return ours.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (theirs[index] ?? NaN))), 0);
}
