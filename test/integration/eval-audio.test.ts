import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { root } from '../../scripts/build/paths.ts';
import type { judgeSounds } from '../eval/judge-sounds.ts';
import { openSoundFinder } from '../eval/sound-finder.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { bellClip, fanClip, floatWav, paneClip, wav } from '../training-clips.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

type Verdict = Awaited<ReturnType<typeof judgeSounds>>['verdict'];

async function run(...args: string[]): Promise<{ code: number | null; said: string; complained: string }> {
  const program = join(root, 'test', 'eval', 'audio.ts');
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, said, complained };
}

/** Panes, bells and fans of four sources, an explosion, and a file that is not there. */
function manifestIn(folder: string): string {
  const rows = ['class,file,source,fine,licence'];
  const add = (label: string, fine: string, source: number, samples: Float32Array): void => {
    const file = `${label}/${fine}, ${source}.wav`;
    mkdirSync(join(folder, label), { recursive: true });
    writeFileSync(join(folder, file), wav(samples));
    rows.push(`${label},"${file}",source ${source},${fine},CC0`);
  };
  for (const source of [1, 2, 3, 4]) {
    add('glass_break', 'pane', source, paneClip(source));
    add('other', 'doorbell', source, bellClip(source));
    add('other', 'fan', source, fanClip(source));
  }
  add('explosion', 'blast', 1, fanClip(9));
  rows.push('other,gone.wav,source 1,gone,CC0');
  writeFileSync(join(folder, 'nan.wav'), floatWav(new Float32Array(8000).fill(NaN)));
  rows.push('other,nan.wav,source 1,broken,CC0');
  const file = join(folder, 'manifest.csv');
  writeFileSync(file, `${rows.join('\n')}\n`);
  return file;
}

describe('eval:audio, as it is called', { timeout: 300_000 }, () => {
  test('one line of JSON with the figures of each class, and of each fold', async (t) => {
    const folder = temporaryFolder(t);
    const scores = join(folder, 'scores.csv');
    const manifest = manifestIn(folder);
    const { code, said, complained } = await run(
      ...['--manifest', manifest, '--folds', 'source', '--json', '--scores', scores],
    );
    assert.equal(code, 0, complained);
    assert.equal(said.trim().split('\n').length, 1);
    const verdict = JSON.parse(said) as Extract<Verdict, { folds: unknown }>;
    assert.deepEqual([verdict.clips, verdict.model], [12, 'echosight-audio-v1']);
    assert.deepEqual([verdict.missing, verdict.unreadable, verdict.left_out], [1, 1, { explosion: 1 }]);
    assert.match(complained, /gone\.wav is left out: there is no such file/);
    assert.match(complained, /nan\.wav is left out: it holds numbers that are no sound/);
    assert.deepEqual(
      Object.entries(verdict.classes).map(([name, { n, threshold }]) => [name, n, threshold]),
      [
        ['glass_break', 4, 0.6],
        ['gunshot', 0, 0.7],
        ['scream', 0, 0.6],
        ['forced_entry', 0, 0.65],
      ],
    );
    const { glass_break: glass = assert.fail(), scream = assert.fail() } = verdict.classes;
    assert.ok((glass.ap ?? 0) > 0.9 && (glass.f1 ?? 0) > 0.8 && (glass.recall ?? 0) > 0.5, JSON.stringify(glass));
    assert.deepEqual([scream.ap, scream.f1, scream.recall], [null, null, null]);
    // Eight clips of 1.6 s.
    assert.ok(Math.abs(verdict.other_hours - (8 * 1.6) / 3600) < 1e-4, `${verdict.other_hours}`);
    assert.deepEqual(Object.keys(verdict.false_clips_per_hour), Object.keys(verdict.classes));
    assert.deepEqual(
      verdict.folds.map(({ sources, clips }) => [sources.length, clips]),
      Array(4).fill([1, 3]),
    );
    const lines = readFileSync(scores, 'utf8').trim().split('\n');
    assert.equal(lines.length, 13);
    assert.match(lines[1] ?? '', /^"glass_break\/pane, 1\.wav",glass_break,pane,source 1,\d,1\.600,[01]\.\d{6},/);
  });

  test('heads that learn from the clips of the other folds are judged beside the model', async (t) => {
    const manifest = manifestIn(temporaryFolder(t));
    const { code, said, complained } = await run('--manifest', manifest, '--folds', 'source', '--train', '--json');
    assert.equal(code, 0, complained);
    const { model, classes } = JSON.parse(said) as Verdict;
    assert.equal(model, 'echosight-audio-v1 with trained heads');
    assert.ok((classes.glass_break?.ap ?? 0) > 0.9, JSON.stringify(classes.glass_break));
    const folds = [...complained.matchAll(/Fold (\d): a head learns from (\d+) clips of the other folds/g)];
    assert.deepEqual(
      folds.map(([, fold, clips]) => [fold, clips]),
      ['0', '1', '2', '3'].map((fold) => [fold, '9']),
    );
  });

  test('a file of the form of the usual model is judged as it lies there', async (t) => {
    const folder = temporaryFolder(t);
    const own = join(folder, 'own.onnx');
    // A doc_string behind it: the same model, and another file.
    const usual = readFileSync(join(root, 'models', 'echosight-audio-v1.onnx'));
    writeFileSync(own, Buffer.concat([usual, Buffer.from([0x32, 3]), Buffer.from('own')]));
    const { code, said, complained } = await run('--manifest', manifestIn(folder), '--model', own, '--json');
    assert.equal(code, 0, complained);
    assert.match(complained, /has no description: it is taken to have the form of echosight-audio-v1/);
    const { classes } = JSON.parse(said) as Verdict;
    assert.ok((classes.glass_break?.ap ?? 0) > 0.9, JSON.stringify(classes.glass_break));
  });

  test('a scream counts less where a baby is heard crying, as in audio-classify', async (t) => {
    const clip = 'other/ESC-10__esc10_004_-_Baby_cry_2-50665-A.flac';
    if (!sharedRequirement(t, 'audio', ...clip.split('/'))) return;
    const finder = await openSoundFinder('echosight-audio-v1');
    t.after(() => finder.close());
    const [samples] = await finder.read([sharedFile('audio', ...clip.split('/'))]);
    assert.ok(samples instanceof Float32Array, 'it was decoded');
    const { scores, windows } = await finder.find(samples);
    const said = Math.max(...windows.map((window) => window.scores.scream ?? NaN));
    assert.ok(said > 0.3, `the model takes it for a scream: ${said}`);
    assert.ok(Math.abs((scores.scream ?? NaN) - (said - 0.25)) < 1e-6, `${scores.scream} of ${said}`);
  });

  test('a manifest or a wish that is wrong ends it, and says why', async (t) => {
    const file = join(temporaryFolder(t), 'manifest.csv');
    writeFileSync(file, 'file,class\na.wav\n');
    const wrong = await run('--manifest', file);
    assert.deepEqual([wrong.code, wrong.said], [1, '']);
    assert.match(wrong.complained, /ES_BAD_INPUT: .*line 2: 1 fields, but 2 columns/);
    const misused = await run('--manifest', file, '--folds', 'clip');
    assert.equal(misused.code, 2);
    assert.match(misused.complained, /there are only folds by source/);
  });
});
