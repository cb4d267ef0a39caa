import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFfmpegJob, type FfmpegJob } from '../../../../src/media/clips/ffmpeg-job.ts';
import { requirement } from '../../../requirements.ts';
import { ManualClock } from '../../manual-clock.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A program in place of ffmpeg. It answers the questions of the library with nothing. */
function job(t: TestContext, script: string): FfmpegJob {
  const folder = temporaryFolder(t);
  const program = join(folder, 'ffmpeg');
  writeFileSync(
    program,
    `#!/bin/sh\ncase "$1" in -formats) echo " DE concat Concatenated files"; exit 0;; -encoders) exit 0;; esac\n${script}\n`,
  );
  chmodSync(program, 0o755);
  const file = (name: string): string => join(folder, name);
  return {
    program,
    input: { file: file('list.txt'), options: ['-f', 'concat'] },
    output: { file: file('out'), options: ['-c', 'copy'] },
    withinMs: 5000,
    patient: false,
  };
}

const never = new AbortController().signal;
const shell = process.platform !== 'win32';

describe('a short job of ffmpeg', () => {
  test('gets its arguments as they are, and nothing of our secrets', async (t) => {
    if (!requirement(t, shell, 'a POSIX shell')) return;
    process.env.ECHOSIGHT_TEST_SECRET = 'canary';
    t.after(() => {
      delete process.env.ECHOSIGHT_TEST_SECRET;
    });
    const given = job(t, 'for last; do :; done; { printf "%s\\n" "$@"; env; } > "$last"');
    const odd = { ...given, input: { ...given.input, file: '$(touch /tmp/never) "; x' } };
    await runFfmpegJob(odd, { clock: new ManualClock(), signal: never });
    const written = readFileSync(given.output.file, 'utf8');
    assert.match(
      written,
      /^-hide_banner\n-nostdin\n-loglevel\nerror\n-f\nconcat\n-i\n\$\(touch \/tmp\/never\) "; x\n-y\n-c\ncopy\n/,
    );
    assert.match(written, /^PATH=/m);
    assert.doesNotMatch(written, /canary/);
  });

  test('says why it failed, in the last words of ffmpeg', async (t) => {
    if (!requirement(t, shell, 'a POSIX shell')) return;
    const failing = job(t, 'echo first >&2; echo "list.txt: Invalid data" >&2; exit 1');
    await assert.rejects(runFfmpegJob(failing, { clock: new ManualClock(), signal: never }), {
      name: 'ES_CLIP_FAILED',
      message: /list\.txt: Invalid data/,
    });
    const steering = job(t, String.raw`printf 'a \033[2J\007b' >&2; exit 1`);
    await assert.rejects(runFfmpegJob(steering, { clock: new ManualClock(), signal: never }), {
      message: /: a {2}\[2J b$/,
    });
    const absent = { ...failing, program: join(temporaryFolder(t), 'absent') };
    await assert.rejects(runFfmpegJob(absent, { clock: new ManualClock(), signal: never }), { name: 'ES_CLIP_FAILED' });
  });

  test('is killed at its time limit, and when it is no longer wanted', async (t) => {
    if (!requirement(t, shell, 'a POSIX shell')) return;
    const slow = job(t, `for last; do :; done; trap '' TERM; echo x > "$last"; exec sleep 60`);
    const started = async (): Promise<void> => {
      for (let tries = 0; !existsSync(slow.output.file) && tries < 500; tries += 1) await sleep(10);
    };
    const clock = new ManualClock();
    const late = assert.rejects(runFfmpegJob(slow, { clock, signal: never }), { message: /longer than 5 s/ });
    await started();
    clock.advance(5000);
    await late;
    assert.equal(clock.waiting, 0);
    const stop = new AbortController();
    const stopped = assert.rejects(runFfmpegJob(slow, { clock, signal: stop.signal }), { message: /stopped/ });
    stop.abort();
    await stopped;
    await assert.rejects(runFfmpegJob(slow, { clock, signal: stop.signal }), { name: 'AbortError' });
  });
});
