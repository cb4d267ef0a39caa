import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { locateFfmpeg } from '../../../src/media/ffmpeg-program.ts';
import { requirement } from '../../requirements.ts';

/** A program that answers like an ffmpeg of a certain age. */
async function fakeFfmpeg(t: TestContext, rtsp: string, options: string, concat: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ffmpeg-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ffmpeg');
  const answers = `case "$*" in *demuxer=rtsp*) echo "${rtsp}";; *long*) echo "${options}";; *) echo "${concat}" >&2; exit 1;; esac`;
  await writeFile(file, `#!/bin/sh\n${answers}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('locating ffmpeg', { skip: process.platform === 'win32' }, () => {
  test('asks the program what it can do', async (t) => {
    const old = await fakeFfmpeg(t, '-stimeout <int>', '-vsync', "Line 3: unknown keyword 'option'");
    assert.deepEqual(await locateFfmpeg({ configured: old }), {
      path: old,
      rtspTimeoutOption: 'stimeout',
      passEveryFrame: ['-vsync', 'passthrough'],
      hidesAddress: false,
    });
    const modern = await fakeFfmpeg(t, '-timeout <int64>', '-vsync -fps_mode', 'No such file or directory');
    assert.deepEqual(await locateFfmpeg({ env: { FFMPEG_PATH: modern, PATH: '' } }), {
      path: modern,
      rtspTimeoutOption: 'timeout',
      passEveryFrame: ['-fps_mode', 'passthrough'],
      hidesAddress: true,
    });
  });

  test('takes PATH before the package of 2018, and warns of that', async (t) => {
    const onPath = await fakeFfmpeg(t, '-timeout', '-fps_mode', '');
    assert.equal((await locateFfmpeg({ env: { PATH: join(onPath, '..') } })).path, onPath);
    const packaged = await locateFfmpeg({ env: { PATH: '' } }).catch(() => undefined);
    if (!requirement(t, packaged !== undefined, '@ffmpeg-installer/ffmpeg')) return;
    assert.match(packaged?.warning ?? '', /2018/);
  });

  test('does not look elsewhere when the configured program is missing', async () => {
    await assert.rejects(locateFfmpeg({ configured: '/nowhere/ffmpeg' }), {
      name: 'ES_FFMPEG_MISSING',
      message: /"\/nowhere\/ffmpeg" cannot be started/,
    });
  });
});
