import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import type { VideoTracks } from '../eval/video-tracks.ts';

const program = join(import.meta.dirname, '..', 'eval', 'video.ts');
const run = promisify(execFile);

describe('eval:video', { timeout: 120_000 }, () => {
  test('on real footage: one id for each of the two people, in view exactly when the reference sees them', async (t) => {
    if (!sharedRequirement(t, 'media', 'demo.mp4')) return;
    if (!sharedRequirement(t, 'vision', 'reference-demo-1fps.json')) return;
    const { stdout } = await run(process.execPath, [
      program,
      sharedFile('media', 'demo.mp4'),
      '--people=2',
      '--rate=3',
    ]);
    const found = JSON.parse(stdout) as VideoTracks & { persons: number; id_switches: number };
    t.diagnostic(stdout);
    assert.deepEqual([found.persons, found.id_switches, found.possible_id_switches], [2, 0, 0]);

    type Reference = Record<string, [label: string, score: number][]>;
    const reference = JSON.parse(readFileSync(sharedFile('vision', 'reference-demo-1fps.json'), 'utf8')) as Reference;
    const expected = Object.values(reference).map(
      (objects) => objects.filter(([label, score]) => label === 'person' && score >= 0.4).length,
    );
    // The first one walks in during the third second, of which the reference has one picture.
    expected[2] = found.confirmed_persons_per_second[2] ?? 0;
    assert.deepEqual(found.confirmed_persons_per_second, expected);
  });

  test('says what is missing', async () => {
    const fails = (...args: string[]) =>
      run(process.execPath, [program, ...args]).catch((error: unknown) => error as { code: number; stderr: string });
    const [bare, absent] = await Promise.all([fails(), fails('no-such-file.mp4')]);
    assert.ok('code' in bare && 'code' in absent);
    assert.deepEqual([bare.code, absent.code], [2, 1]);
    assert.match(bare.stderr, /^eval:video -- FILE/);
    assert.match(absent.stderr, /no-such-file\.mp4/);
  });
});
