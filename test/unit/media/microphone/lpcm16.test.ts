import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../../../src/clock/site-clock.ts';
import { startLpcm16 } from '../../../../src/media/microphone/lpcm16.ts';
import { Child } from '../../../../src/process/child.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const skip = process.platform === 'win32' ? 'recorders of this test are shell scripts' : false;

/** A recorder on the PATH that does what a script says, started by the real library. */
function record(t: TestContext, recorder: 'arecord' | 'sox', script: string | undefined, device?: string) {
  const folder = temporaryFolder(t);
  if (script !== undefined) {
    writeFileSync(join(folder, recorder), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, recorder), 0o755);
  }
  const env = { PATH: `${folder}:/bin:/usr/bin` };
  const start = () => startLpcm16(recorder, device, script === undefined ? { PATH: folder } : env);
  const child = new Child({ program: recorder, args: [], clock: new SiteClock(), start });
  let output = '';
  child
    .output(1)
    .setEncoding('utf8')
    .on('data', (text: string) => (output += text));
  child.output(2).resume();
  return { child, output: () => output };
}

describe('node-record-lpcm16', { skip }, () => {
  test('starts arecord and sox with raw mono sound of 16 kHz and the device', async (t) => {
    const arecord = record(t, 'arecord', 'echo "$@"', 'plughw:1,0');
    await arecord.child.closed;
    assert.equal(arecord.output().trim(), '-D plughw:1,0 -q -r 16000 -c 1 -t raw -f S16_LE -');
    const sox = record(t, 'sox', 'echo "$AUDIODEV $@"', 'mic0');
    await sox.child.closed;
    assert.match(sox.output(), /^mic0 --default-device .*--rate 16000 --channels 1 .*--bits 16 --type raw -/);
  });

  test('a program that is not there is an exit, no uncaught error', async (t) => {
    const { child } = record(t, 'arecord', undefined);
    assert.match(String((await child.closed).error), /ENOENT/);
  });

  test('the string that it throws on the stream at a failure, or when it is stopped, ends nothing', async (t) => {
    const failing = record(t, 'arecord', 'exit 3');
    assert.equal((await failing.child.closed).code, 3);
    const running = record(t, 'arecord', 'trap "exit 1" TERM; echo up; while :; do sleep 0.05; done');
    await new Promise((resolve) => running.child.output(1).once('data', resolve));
    assert.equal((await running.child.stop()).code, 1);
  });

  test('a recorder that ignores the end is killed', async (t) => {
    const deaf = record(t, 'arecord', 'trap "" TERM; echo up; while :; do sleep 0.05; done');
    await new Promise((resolve) => deaf.child.output(1).once('data', resolve));
    assert.equal((await deaf.child.stop()).signal, 'SIGKILL');
  });

  test('passes on only what it is given of the environment, and leaves ours as it was', async (t) => {
    process.env.ECHOSIGHT_SECRET_CANARY = 'canary';
    try {
      for (const recorder of ['arecord', 'sox'] as const) {
        const { child, output } = record(t, recorder, 'env', 'mic0');
        await child.closed;
        assert.doesNotMatch(output(), /canary/, recorder);
        assert.match(output(), /PATH=/);
      }
      assert.equal(process.env.ECHOSIGHT_SECRET_CANARY, 'canary');
    } finally {
      delete process.env.ECHOSIGHT_SECRET_CANARY;
    }
  });
});
