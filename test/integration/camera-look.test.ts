import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { lookOnce } from '../../src/media/look-once.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { pictureSize } from '../../src/vision/encoded-picture.ts';
import type { DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { startDemoCamera } from './demo-camera.ts';

const credentials = { username: 'admin', password: "c@nary'/0815" };

async function look(address: string, login: object = {}, signal = new AbortController().signal) {
  const source = { address: parseSourceAddress(address), transport: 'tcp', ...login } as const;
  return await lookOnce(source, { program: await locateFfmpeg(), clock: new SiteClock(), signal });
}

async function camera(t: TestContext, options: DemoRelayOptions = {}): Promise<string> {
  const started = await startDemoCamera(options);
  t.after(() => started.stop());
  return started.url;
}

describe('one look at a camera', { timeout: 300_000 }, () => {
  test('shows its first picture and what it sends', async (t) => {
    const { jpeg, firstPictureMs, ...stream } = await look(await camera(t, { credentials }), credentials);
    assert.deepEqual(stream, { video: 'h264', size: { width: 768, height: 432 }, rate: 15, audio: 'aac' });
    assert.deepEqual(await pictureSize(jpeg), { width: 768, height: 432 });
    assert.ok(firstPictureMs > 0 && firstPictureMs < 20_000);
  });

  test('says that the password is wrong, without it', async (t) => {
    const url = await camera(t, { credentials });
    const wrong = { username: 'admin', password: 'c4nary-wrong' };
    await assert.rejects(look(url, wrong), (error: Error) => {
      assert.equal(error.name, 'ES_CAMERA_UNAUTHORISED');
      return !`${String(error)} ${JSON.stringify(error)}`.includes('c4nary');
    });
  });

  test('of something that is no picture says so', async (t) => {
    const file = join(temporaryFolder(t), 'notes.mp4');
    writeFileSync(file, 'not a video');
    await assert.rejects(look(file), { name: 'ES_STREAM_UNUSABLE' });
  });

  test('ends with who asked', async (t) => {
    const gone = new AbortController();
    const answer = look(await camera(t), {}, gone.signal);
    gone.abort();
    await assert.rejects(answer, { name: 'AbortError' });
  });
});
