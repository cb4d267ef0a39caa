import assert from 'node:assert/strict';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Ingest, type IngestOptions } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { Receiver, startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

const posix = process.platform !== 'win32';

async function watch(t: TestContext, options: Partial<IngestOptions>) {
  const camera = await startDemoCamera();
  t.after(() => camera.stop());
  const receiver = new Receiver();
  const log = new RecordingLog();
  const address = parseSourceAddress(camera.url);
  const view = { transport: 'tcp', width: 320, rate: 5, audio: true, captureDelayMs: 300 } as const;
  const privacy = { polygons: [], maskFile: '' };
  const ingest = new Ingest(
    { address, ...view, privacy, clock: new SiteClock(), random: Math.random, log, ...options },
    receiver,
  );
  t.after(() => ingest.stop());
  ingest.start();
  return { ...camera, ingest, receiver, log };
}

function program(t: TestContext, script: string): string {
  const path = join(temporaryFolder(t), 'ffmpeg');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('an ffmpeg that is not as it should be', { timeout: 400_000 }, () => {
  test('missing: said with what to install; found without a deploy once it is there', async (t) => {
    if (!requirement(t, posix, 'links')) return;
    const ffmpeg = join(temporaryFolder(t), 'ffmpeg');
    const { receiver } = await watch(t, { ffmpeg });
    await receiver.until(() => receiver.states.some(({ attempt }) => attempt >= 2), 'two tries');
    const errors = receiver.states.flatMap(({ error }) => (error === undefined ? [] : [error]));
    assert.deepEqual(
      errors.map(({ name }) => name),
      ['ES_FFMPEG_MISSING'],
      'once',
    );
    assert.match(errors[0]?.hint ?? '', /Install it with/);
    assert.match(receiver.last?.detail ?? '', /cannot be started|Asking/);
    symlinkSync((await locateFfmpeg()).path, ffmpeg);
    await receiver.until(() => receiver.frames.length >= 2, 'pictures');
  });

  test('of another age: it does not know what is asked of it, and that is said', async (t) => {
    if (!requirement(t, posix, 'a shell')) return;
    const old = `echo "ffmpeg version 0.6.5, Copyright (c) 2000-2010 the FFmpeg developers" >&2
echo "$1: unrecognized option" >&2
exit 1`;
    const { receiver } = await watch(t, { ffmpeg: program(t, old) });
    await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'an error');
    const { error } = receiver.states.find((state) => state.error !== undefined) ?? {};
    assert.equal(error?.name, 'ES_FFMPEG_UNSUITABLE');
    assert.match(error.message, /too old|no ffmpeg/);
  });

  test('no ffmpeg at all: the program is named', async (t) => {
    if (!requirement(t, posix, 'a shell')) return;
    const ffmpeg = program(t, 'exit 0');
    const { receiver } = await watch(t, { ffmpeg });
    await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'an error');
    const { error } = receiver.states.find((state) => state.error !== undefined) ?? {};
    assert.equal(error?.name, 'ES_FFMPEG_UNSUITABLE');
    assert.ok(error.message.includes(ffmpeg));
  });

  test('one that dies at once is not started in a loop', async (t) => {
    if (!requirement(t, posix, 'a shell')) return;
    const { path } = await locateFfmpeg();
    const dying = `case "$*" in *image2pipe*) echo "cannot allocate memory" >&2; exit 1;; esac
exec ${path} "$@"`;
    const { receiver, ingest } = await watch(t, { ffmpeg: program(t, dying) });
    await receiver.until(() => receiver.last?.attempt === 4, 'four tries');
    assert.ok(ingest.counters.runs <= 5, `${ingest.counters.runs} starts`);
    assert.match(
      receiver.states.findLast(({ status }) => status === 'backing-off')?.detail ?? '',
      /cannot allocate memory/,
    );
    assert.equal(receiver.states.filter(({ error }) => error !== undefined).length, 1);
  });
});
