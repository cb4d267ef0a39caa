import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import sharp from 'sharp';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { Ingest, type IngestOptions } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { brightClip, hiddenPolygon, looksOf } from './bright-camera.ts';
import { Receiver } from './demo-camera.ts';

async function watch(t: TestContext, change: Partial<IngestOptions> = {}) {
  const folder = temporaryFolder(t);
  const { clip, maskFile } = await brightClip(folder);
  const receiver = new Receiver();
  const ingest = new Ingest(
    {
      ...{ address: parseSourceAddress(clip), transport: 'tcp', width: 640, rate: 5, audio: false, captureDelayMs: 0 },
      privacy: { polygons: [hiddenPolygon], maskFile },
      ...{ clock: new SiteClock(), random: () => 0, log: new RecordingLog(), ...change },
    },
    receiver,
  );
  t.after(() => ingest.stop());
  return { ingest, receiver, folder, maskFile };
}

describe('privacy of a camera', { timeout: 300_000 }, () => {
  for (const width of [160, 640, 1920]) {
    test(`no hidden pixel is in a frame ${width} wide, and all others are as they were`, async (t) => {
      const { ingest, receiver } = await watch(t, { width });
      ingest.start();
      await receiver.until(() => receiver.frames.length >= 4, 'frames');
      for (const { bytes, width, height } of receiver.frames) {
        const { hidden, shown } = looksOf(bytes, width, height);
        assert.equal(hidden, 0);
        assert.ok(shown > 250, `a pixel beside is ${shown}`);
      }
    });
  }

  test('without its mask file no frame comes, the status says why, and with it they come by themselves', async (t) => {
    const { ingest, receiver, folder, maskFile } = await watch(t);
    renameSync(maskFile, join(folder, 'away'));
    ingest.start();
    await receiver.until(() => (receiver.last?.attempt ?? 0) >= 2, 'two tries');
    assert.equal(receiver.frames.length, 0);
    assert.match(receiver.last?.detail ?? '', /^There is no mask file .*mask\.png\. No picture leaves the camera\./);
    assert.deepEqual(
      receiver.states.flatMap(({ error }) => error?.name ?? []),
      ['ES_MASK_MISSING'],
    );
    renameSync(join(folder, 'away'), maskFile);
    await receiver.until(() => receiver.frames.length >= 1, 'a frame');
    assert.equal(looksOf(receiver.frames[0]?.bytes ?? Buffer.alloc(0), 640, 360).hidden, 0);
  });

  test('a mask file of another shape lets no frame out, and the camera is not said to be connected', async (t) => {
    const { ingest, receiver, maskFile } = await watch(t);
    await sharp({ create: { width: 640, height: 480, channels: 3, background: '#fff' } })
      .png()
      .toFile(maskFile);
    ingest.start();
    await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'an error');
    await receiver.until(() => receiver.last?.status === 'probing' && receiver.states.length > 4, 'another try');
    assert.equal(receiver.frames.length, 0);
    assert.equal(receiver.states.find(({ error }) => error !== undefined)?.error?.name, 'ES_MASK_INVALID');
    assert.ok(!receiver.states.some(({ status }) => status === 'connected'));
  });
});
