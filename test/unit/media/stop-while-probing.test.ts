import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { Ingest } from '../../../src/media/ingest.ts';
import { probeSource } from '../../../src/media/source-probe.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const address = parseSourceAddress('http://camera/video');

describe('a stop while the source is probed', { skip: process.platform === 'win32' }, () => {
  test('does not wait for an ffmpeg that is slow to say what it can do', async (t) => {
    const ffmpeg = join(temporaryFolder(t), 'ffmpeg');
    writeFileSync(ffmpeg, '#!/bin/sh\nexec sleep 3\n', { mode: 0o755 });
    const clock = new SiteClock();
    const view = { transport: 'tcp', width: 640, rate: 5, audio: true, captureDelayMs: 0 } as const;
    const privacy = { polygons: [], maskFile: '' };
    const ports = { clock, random: () => 0, log: new RecordingLog() };
    const states: string[] = [];
    const ingest = new Ingest(
      { address, ffmpeg, privacy, ...view, ...ports },
      {
        frame: () => assert.fail('no frame'),
        audio: () => assert.fail('no sound'),
        status: ({ status }) => states.push(status),
      },
    );
    ingest.start();
    const asked = clock.monotonic();
    await ingest.stop();
    assert.ok(clock.monotonic() - asked < 1000);
    assert.deepEqual(states, ['probing', 'stopped']);
  });

  test('that came before the first question starts no program', async (t) => {
    const trace = join(temporaryFolder(t), 'started');
    const path = join(trace, '..', 'ffmpeg');
    writeFileSync(path, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
    const program = { path, rtspTimeoutOption: 'timeout', passEveryFrame: [], hidesAddress: true } as const;
    const ports = { program, clock: new ManualClock(), signal: AbortSignal.abort() };
    await assert.rejects(probeSource({ address, transport: 'tcp' }, { content: true, deep: false }, ports), {
      name: 'AbortError',
    });
    assert.equal(existsSync(trace), false);
  });
});
