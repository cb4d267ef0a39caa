import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

const file = join(import.meta.dirname, '..', '..', '..', 'src', 'pictures', 'picture-memory.ts');
const bytes = 640 * 360 * 3;

/** The most memory in buffers, in MB, that a process of its own ever had while 400 pictures came and went; `hold` of them are kept. */
async function mostIn(script: string, hold = 0): Promise<{ most: number; leftBehind: boolean }> {
  const code = `
import { runInNewContext } from 'node:vm';
import { pictureMemory } from ${JSON.stringify(file)};
const kept = [];
let most = 0;
for (let picture = 0; picture < 400; picture += 1) {
  const memory = ${script};
  memory.fill(picture);
  if (kept.length < ${hold}) kept.push(memory);
  if (picture % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  most = Math.max(most, process.memoryUsage().arrayBuffers);
}
const isWhole = kept.every((memory, picture) => memory.every((byte) => byte === picture % 256));
if (!isWhole) throw new Error('a picture that is held has changed');
console.log(JSON.stringify({ most: most / 1e6, leftBehind: runInNewContext('typeof gc') !== 'undefined' }));
`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  return JSON.parse(stdout) as { most: number; leftBehind: boolean };
}

describe('memory of pictures', () => {
  test('that are dead is free again before much of it lies about, and nobody else finds the collector', async () => {
    const left = await mostIn(`Buffer.allocUnsafeSlow(${bytes})`);
    const { most, leftBehind } = await mostIn(`pictureMemory(${bytes})`);
    assert.ok(most < left.most / 2, `${most} MB; left to V8, ${left.most} MB`);
    assert.equal(leftBehind, false);
  });

  test('that are held stays as it is', async () => {
    const { most } = await mostIn(`pictureMemory(${bytes})`, 30);
    assert.ok(most > (30 * bytes) / 1e6);
  });
});
