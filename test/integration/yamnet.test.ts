import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { isRunning } from '../../src/audio/training/session-rows.ts';
import { clipWindows } from '../../src/audio/training/material/clip-windows.ts';
import { LogMel, patch } from '../../src/audio/log-mel.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import type { TrainingSession } from '../../src/contracts/training.ts';
import { catalogEntries, findModel, isDownloadable } from '../../src/inference/catalog.ts';
import { importModel } from '../../src/inference/pulled-models.ts';
import { openSession, type ModelSession } from '../../src/inference/session.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { Site } from '../../src/site/site.ts';
import { requirement, sharedFile, sharedRequirement } from '../requirements.ts';
import { bellClip, clipParts, paneClip } from '../training-clips.ts';
import { newClassifier } from '../unit/audio/new-classifier.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { zipOf } from '../zip-writer.ts';

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

  test("learns a user's own recordings, and hears them itself", { timeout: 200_000 }, async (t) => {
    if (!(await isHere(t))) return;
    const data = temporaryFolder(t);
    writeFileSync(
      join(data, 'clips.zip'),
      zipOf([...clipParts('danger', 5, paneClip), ...clipParts('safe', 5, bellClip)]),
    );
    const site = new Site({ id: 'home', name: 'Home', folder: join(data, 'echosight') }, new RecordingLog());
    t.after(() => site.close());
    const { training } = site.sound;
    const over = Promise.withResolvers<TrainingSession>();
    training.watch((session) => {
      if (!isRunning(session)) over.resolve(session);
    });
    await training.beginAt(join(data, 'clips.zip'), { model: 'yamnet', force: false });
    const session = await over.promise;
    assert.equal(session.state, 'done', JSON.stringify(session));
    const { versions } = await training.status();
    assert.deepEqual([session.model, session.activated, versions[0]?.model], ['yamnet', true, 'yamnet']);
    const lease = site.sound.classifier('yamnet', '');
    t.after(() => {
      lease.release();
    });
    const danger = async (clip: Float32Array): Promise<number> => {
      const heard: (number | undefined)[] = [];
      for (const { samples } of clipWindows(clip)) {
        heard.push((await lease.get().classify({ source: 'mic', samples }))?.trained?.danger);
      }
      return Math.max(...heard.map((score) => score ?? NaN));
    };
    const threshold = versions[0]?.classes.find(({ label }) => label === 'danger')?.threshold ?? NaN;
    const [pane, bell] = [await danger(paneClip(77)), await danger(bellClip(77))];
    assert.ok(pane >= threshold && bell < threshold, `${pane}, ${bell}, ${threshold}`);
    // The model that comes with the package has other embeddings: the head has no say there, and that is told.
    const other = site.sound.classifier('echosight-audio-v1', '');
    t.after(() => {
      other.release();
    });
    const [window] = clipWindows(paneClip(77));
    assert.ok(window !== undefined);
    const unfit = await other.get().classify({ source: 'mic', samples: window.samples });
    assert.deepEqual([unfit?.trained, unfit?.head?.model], [undefined, 'yamnet']);
  });
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
