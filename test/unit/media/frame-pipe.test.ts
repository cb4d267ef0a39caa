import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { FramePipe } from '../../../src/media/frame-pipe.ts';
import { requirement } from '../../requirements.ts';

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const writer = (script: string) => (descriptor: number) =>
  spawn(process.execPath, ['-e', script], { stdio: ['ignore', descriptor, 'ignore'] });

describe('a pipe for pictures', () => {
  test('brings all bytes in order, ends with the child, and leaves nothing open', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const before = descriptors();
    const pipe = await FramePipe.open();
    assert.ok(pipe);
    const child = pipe.lend(
      writer('for (let n = 0; n < 40; n += 1) require("fs").writeSync(1, Buffer.alloc(50_000, n));'),
    );
    const bytes: Buffer[] = [];
    await pipe.read((chunk) => bytes.push(Buffer.from(chunk)));
    const expected = Array.from({ length: 40 }, (_, n) => Buffer.alloc(50_000, n));
    assert.ok(Buffer.concat(bytes).equals(Buffer.concat(expected)));
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    pipe.close();
    assert.equal(descriptors(), before);
  });

  test('ends when the child is killed, also one that never began', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const killed = await FramePipe.open();
    const child = killed?.lend(writer('setInterval(() => undefined, 1000);'));
    const ended = killed?.read(() => undefined);
    child?.kill('SIGKILL');
    await ended;
    const never = await FramePipe.open();
    never?.lend((descriptor) =>
      spawn('/no/such/program', { stdio: ['ignore', descriptor, 'ignore'] }).on('error', () => undefined),
    );
    await never?.read(() => undefined);
  });

  test('that nobody used is closed', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const before = descriptors();
    const pipe = await FramePipe.open();
    pipe?.close();
    pipe?.close();
    assert.equal(descriptors(), before);
  });
});
