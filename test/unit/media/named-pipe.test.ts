import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { NamedPipe } from '../../../src/media/named-pipe.ts';
import { requirement } from '../../requirements.ts';

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const writer =
  (script: string) =>
  (ends: (number | 'pipe')[]): ChildProcess =>
    spawn(process.execPath, ['-e', script], { stdio: ['ignore', ...ends, 'ignore'] });

describe('a named pipe', () => {
  test('brings all bytes in order, ends with the child, and leaves nothing open', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const before = descriptors();
    const [pipe] = await NamedPipe.open(1);
    assert.ok(pipe);
    const child = NamedPipe.lend(
      [pipe],
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
    const [killed, never] = await NamedPipe.open(2);
    const child = NamedPipe.lend([killed], writer('setInterval(() => undefined, 1000);'));
    const ended = killed?.read(() => undefined);
    child.kill('SIGKILL');
    await ended;
    NamedPipe.lend([never], (ends) =>
      spawn('/no/such/program', { stdio: ['ignore', ...ends, 'ignore'] }).on('error', () => undefined),
    );
    await never?.read(() => undefined);
  });

  test('that nobody used is closed', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const before = descriptors();
    const [pipe] = await NamedPipe.open(1);
    pipe?.close();
    pipe?.close();
    assert.equal(descriptors(), before);
  });

  test('that there is not leaves the child its own', async () => {
    const child = NamedPipe.lend([undefined], writer('console.log("by the usual way")'));
    const said: string[] = [];
    for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) said.push(String(chunk));
    assert.equal(said.join('').trim(), 'by the usual way');
  });
});
