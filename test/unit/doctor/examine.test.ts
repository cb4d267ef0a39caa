import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { checkIds, Finding } from '../../../src/contracts/findings.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import { examine } from '../../../src/doctor/examine.ts';
import { installationOf, type Installation } from '../../../src/doctor/installation.ts';
import type { Ports } from '../../../src/doctor/ports.ts';
import { ManualClock } from '../manual-clock.ts';

const canary = 'c4nary-s3cret';

function installation(): Installation {
  const camera = readConfig('sentinel-camera', { name: 'front', address: 'rtsp://10.0.0.5/live' }, () => undefined);
  const credentials = { username: 'admin', password: canary };
  const part = { id: 'cam', type: 'sentinel-camera', name: 'front', settings: camera, credentials } as const;
  return installationOf([part], '/user');
}

function ports(signal: AbortSignal, others: Partial<Ports> = {}): Ports {
  return {
    ...{ signal, offline: false, now: () => 1_800_000_000_000, timeZone: 'UTC', nodeVersion: '24.0.0' },
    findNodeRed: () => Promise.resolve('5.0.7'),
    machine: () => Promise.resolve({ memory: 4e9, available: 2e9, cores: 4, architecture: 'x64' }),
    locateFfmpeg: () => Promise.reject(new Error(`exec of rtsp://admin:${canary}@10.0.0.5 failed`)),
    ffmpegVersion: () => Promise.resolve(''),
    catalogModels: () => [],
    runModel: () => Promise.resolve({ backend: '', ms: 0 }),
    runtimeVersion: () => Promise.resolve(''),
    findMicrophones: () => Promise.resolve({ recorders: [], devices: [] }),
    lookAtFolder: () => Promise.reject(new Error(`no folder ${canary}`)),
    lookAtDatabase: () => Promise.resolve({ holder: 'nobody', database: 'absent' }),
    findStreams: () => Promise.resolve({ streams: [] }),
    lookAtCamera: () =>
      Promise.resolve({ video: `h264 ${encodeURIComponent(canary)}`, size: undefined, audio: undefined }),
    askNumber: () => Promise.reject(new Error('not asked')),
    askChannel: () => Promise.reject(new Error('not asked')),
    opensWithoutLogin: () => Promise.resolve(undefined),
    addresses: () => [],
    ...others,
  };
}

describe('an examination', () => {
  test('finds something in every check, in order, and a check that throws ends no other', async () => {
    const clock = new ManualClock();
    const findings = await examine(installation(), (signal) => ports(signal), clock);
    const found = [...new Set(findings.map(({ id }) => id))];
    assert.deepEqual(
      found,
      checkIds.filter((id) => id !== 'flow' && id !== 'models'),
    );
    for (const finding of findings) assertMatches(Finding, finding, 'finding');
    assert.equal(clock.waiting, 0);
  });

  test('keeps every secret out of its sentences', async () => {
    const findings = await examine(installation(), (signal) => ports(signal), new ManualClock());
    const text = JSON.stringify(findings);
    assert.ok(!text.includes(canary), text);
    assert.match(text, /no folder \*\*\*/);
  });

  test('ends although a check never does, and tells it to stop', async () => {
    const clock = new ManualClock();
    let told = false;
    const hang = (_source: unknown, _transport: unknown, signal: AbortSignal): Promise<never> => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return new Promise(() => undefined);
    };
    const work = examine(installation(), (signal) => ports(signal, { lookAtCamera: hang }), clock);
    await turn();
    clock.advance(16_000);
    const camera = (await work).find(({ id }) => id === 'cameras');
    assert.deepEqual([camera?.state, told], ['warning', true]);
    assert.match(camera?.says ?? '', /did not end within 14 s/);
  });

  test('gives a check that minds its signal the last word', async () => {
    const clock = new ManualClock();
    const silent = (_source: unknown, _transport: unknown, signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    const work = examine(installation(), (signal) => ports(signal, { lookAtCamera: silent }), clock);
    await turn();
    clock.advance(14_000);
    const camera = (await work).find(({ id }) => id === 'cameras');
    assert.deepEqual([camera?.about, camera?.state], ['front', 'problem']);
  });
});
