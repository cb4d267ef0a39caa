import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ownNetwork } from './far-camera.ts';

describe('a camera in a black hole', { timeout: 400_000 }, () => {
  test('is told to be away and comes back, whether its connection vanished or none is ever answered', async (t) => {
    const network = await ownNetwork();
    if (network === undefined) {
      t.skip('no network of our own can be had here (unshare, ip); camera-faults has the holes that a proxy can make');
      return;
    }
    const program = join(import.meta.dirname, 'black-hole-run.ts');
    const child = spawn('unshare', [...network, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill());
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    t.diagnostic(said.trim().slice(-2000));
    assert.equal(code, 0, said);
  });
});
