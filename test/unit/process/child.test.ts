import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { Child } from '../../../src/process/child.ts';

function script(code: string, more: { input?: string; extra?: readonly 'pipe'[] } = {}): Child {
  return new Child({ program: process.execPath, args: ['-e', code], clock: new SiteClock(), ...more });
}

async function textOf(child: Child, descriptor: number): Promise<string> {
  let text = '';
  for await (const chunk of child.output(descriptor)) text += String(chunk);
  return text;
}

describe('child process', () => {
  test('reads its input and writes to every pipe', async () => {
    const child = script(
      "let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{process.stdout.write(t.toUpperCase());require('fs').writeSync(3,'three')})",
      { input: 'hello', extra: ['pipe'] },
    );
    child.output(2).resume();
    assert.deepEqual(await Promise.all([textOf(child, 1), textOf(child, 3)]), ['HELLO', 'three']);
    assert.deepEqual(await child.closed, { code: 0, signal: null });
  });

  test('learns nothing of our secrets', async () => {
    process.env.NODE_RED_CREDENTIAL_SECRET = 'canary';
    try {
      const child = script('process.stdout.write(JSON.stringify(process.env))');
      const seen = await textOf(child, 1);
      assert.doesNotMatch(seen, /canary/);
      assert.match(seen, /PATH/);
    } finally {
      delete process.env.NODE_RED_CREDENTIAL_SECRET;
    }
  });

  test('ends by the second SIGTERM when it ignores the first, and by SIGKILL when it ignores both', async () => {
    if (process.platform === 'win32') return;
    const patient = script("process.once('SIGTERM',()=>{});setInterval(()=>{},1000);process.stdout.write('up')");
    const deaf = script("process.on('SIGTERM',()=>{});setInterval(()=>{},1000);process.stdout.write('up')");
    await Promise.all([once(patient.output(1), 'data'), once(deaf.output(1), 'data')]);
    const [first, second] = await Promise.all([patient.stop(), deaf.stop(), deaf.stop()]);
    assert.equal(first.signal, 'SIGTERM');
    assert.equal(second.signal, 'SIGKILL');
  });

  test('that cannot be started says why', async () => {
    const child = new Child({ program: '/nowhere/ffmpeg', args: [], input: 'x', clock: new SiteClock() });
    const exit = await child.closed;
    assert.match(String(exit.error), /ENOENT/);
    await child.stop();
  });
});
