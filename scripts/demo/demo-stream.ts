import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Publisher } from './publisher.ts';
import { RtspRelay } from './rtsp-relay.ts';

export interface DemoStream {
  /** Where a camera node finds it. */
  readonly url: string;
  readonly relay: RtspRelay;
  close(): Promise<void>;
}

/**
 * Serves a clip as a live camera does: over rtsp://, on 127.0.0.1, looping for ever.
 * @throws SentinelError ES_FFMPEG_MISSING
 */
export async function startDemoStream(file: string, path = '/entrance'): Promise<DemoStream> {
  const program = await locateFfmpeg();
  const relay = new RtspRelay();
  await relay.listen();
  const url = relay.url(path);
  const log = { info: console.log, warn: console.warn, error: console.error };
  const publisher = new Publisher({ file, url, ffmpeg: program.path, clock: new SiteClock(), log });
  publisher.start();
  return {
    url,
    relay,
    close: async () => {
      await publisher.stop();
      await relay.close();
    },
  };
}
