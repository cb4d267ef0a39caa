import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { RingClips } from '../../src/media/clips/ring-clips.ts';
import { Turns } from '../../src/media/clips/turns.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Ingest } from '../../src/media/ingest.ts';
import type { PrivacyOptions } from '../../src/media/privacy/privacy-mask.ts';
import { CameraRing } from '../../src/media/ring/camera-ring.ts';
import { RingFolders } from '../../src/media/ring/ring-folders.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { demoClip, Receiver, startDemoCamera } from './demo-camera.ts';

const captureDelayMs = 300;

/** A live camera whose last minute is kept, with its first picture. */
export async function keepCamera(
  t: TestContext,
  {
    file = demoClip,
    sound = true,
    privacy = { polygons: [], maskFile: '' },
  }: { file?: string; sound?: boolean; privacy?: PrivacyOptions } = {},
) {
  const camera = await startDemoCamera({ file });
  t.after(() => camera.stop());
  const base = temporaryFolder(t);
  const [clock, log, receiver] = [new SiteClock(), new RecordingLog(), new Receiver()];
  const folders = new RingFolders(log, [base]);
  t.after(() => folders.close());
  const ring = new CameraRing({ camera: 'yard', sound, captureDelayMs, folders, clock, log });
  const turns = new Turns(2);
  const clips = new RingClips({ ring, folders, turns, program: locateFfmpeg, captureDelayMs, clock });
  const address = parseSourceAddress(camera.url);
  const view = { transport: 'tcp', width: 320, rate: 5, audio: true, captureDelayMs } as const;
  const ingest = new Ingest({ address, ...view, privacy, ring, clock, random: Math.random, log }, receiver);
  t.after(async () => {
    await ingest.stop();
    await ring.close();
  });
  ingest.start();
  await receiver.until(() => receiver.frames.length >= 1, 'first frame');
  return { ...camera, ingest, ring, clips, receiver, log, clock, base };
}

/** Some seconds of the demo clip in other codecs; key frames a second apart, no B frames. */
export async function demoClipAs(t: TestContext, ...codecs: string[]): Promise<string> {
  const file = join(temporaryFolder(t), 'clip.mov');
  const { path } = await locateFfmpeg();
  await promisify(execFile)(path, ['-loglevel', 'error', '-i', demoClip, '-t', '12', ...codecs, file]);
  return file;
}
