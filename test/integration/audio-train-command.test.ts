import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Terminal } from '../../src/cli/command.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { TrainingSession } from '../../src/contracts/training.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { bellClip, clipParts, paneClip } from '../training-clips.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { zipOf } from '../zip-writer.ts';

/** Runs the program in a folder. */
async function run(folder: string, ...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  let [said, complained] = ['', ''];
  const terminal: Terminal = {
    ...{ env: {}, folder, colour: false, width: 100 },
    print: (text) => (said += text),
    complain: (text) => (complained += text),
    interrupted: () => new Promise(() => undefined),
  };
  const code = await runProgram(['audio-train', ...args, '--user-dir', folder], terminal);
  return { code, said, complained };
}

const recordings = [...clipParts('danger', 4, paneClip), ...clipParts('safe', 4, bellClip)];

describe('echosight audio-train', { timeout: 200_000 }, () => {
  test('learns from a zip, lists, puts to use and goes back', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'clips.zip'), zipOf(recordings));
    const first = await run(folder, 'clips.zip');
    assert.equal(first.code, 0, first.complained);
    assert.match(first.said, /8 recordings used, 0 refused/);
    assert.match(first.said, /everyday sounds that come with the package/);
    assert.match(first.said, /Version 1 is in use/);
    assert.match((await run(folder, '--list')).said, /1 {2}in use .*danger, safe/);
    assert.match((await run(folder, '--activate', 'none')).said, /1 {10}2/);
    assert.match((await run(folder, '--rollback')).said, /in use/);
    const missing = await run(folder, '--activate', '7');
    assert.deepEqual([missing.code, missing.complained.includes('no version 7')], [1, true]);
  });

  test('takes every format, and writes the file elsewhere', async (t) => {
    const folder = temporaryFolder(t);
    const ffmpeg = await locateFfmpeg().catch(() => undefined);
    if (!requirement(t, ffmpeg !== undefined, 'ffmpeg')) return;
    const forms = ['wav', 'flac', 'mp3', 'ogg', 'm4a'];
    for (const label of ['danger', 'safe']) mkdirSync(join(folder, 'clips', label), { recursive: true });
    clipParts('danger', 5, paneClip)
      .concat(clipParts('safe', 5, bellClip))
      .forEach(({ name, bytes }, index) => {
        const form = forms[index % forms.length] ?? 'wav';
        const target = join(folder, 'clips', name.replace('wav', form));
        const args = ['-hide_banner', '-loglevel', 'error', '-f', 'wav', '-i', 'pipe:0', '-strict', '-2', target];
        execFileSync(ffmpeg?.path ?? '', args, { input: bytes });
      });
    const minute = ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'anoisesrc=d=70:r=16000:a=0.1'];
    execFileSync(ffmpeg?.path ?? '', [...minute, join(folder, 'clips', 'safe', 'long.flac')]);
    const { code, said, complained } = await run(folder, 'clips', '--out', 'head', '--json');
    assert.equal(code, 0, complained);
    const session = JSON.parse(said) as TrainingSession;
    assert.equal(session.clips, 10);
    assert.deepEqual(session.refusals, [{ file: 'safe/long.flac', reason: 'The sound is longer than 60 s.' }]);
    assert.deepEqual(readdirSync(join(folder, 'head')).sort(), ['head-0001.json', 'head-0001.onnx']);
    const record = JSON.parse(readFileSync(join(folder, 'head', 'head-0001.json'), 'utf8')) as { labels: string[] };
    assert.deepEqual(record.labels, ['danger', 'safe']);
    assert.equal(existsSync(join(folder, 'echosight')), false);
  });

  test('says what a command line cannot mean', async (t) => {
    const folder = temporaryFolder(t);
    for (const args of [[], ['a', 'b'], ['a', '--list'], ['--activate', 'x']]) {
      assert.equal((await run(folder, ...args)).code, 2);
    }
    assert.match((await run(folder, 'nowhere')).complained, /no zip file or folder/);
    assert.equal(existsSync(join(folder, 'echosight', 'sound-heads')), false);
  });
});
