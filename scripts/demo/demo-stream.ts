import { SiteClock } from '../../src/clock/site-clock.ts';
import { fileInput } from '../../src/media/ffmpeg-arguments.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Publisher } from '../../src/media/rtsp-server/publisher.ts';
import { DemoRelay } from './demo-relay.ts';

export interface DemoStream {
  /** Where a camera node finds it. */
  readonly url: string;
  readonly relay: DemoRelay;
  close(): Promise<void>;
}

/**
 * Serves a clip as a live camera does: over rtsp://, on 127.0.0.1, looping for ever.
 * @throws SentinelError ES_FFMPEG_MISSING
 */
export async function startDemoStream(file: string, path = '/entrance'): Promise<DemoStream> {
  const program = await locateFfmpeg();
  const relay = new DemoRelay();
  await relay.listen();
  const url = relay.url(path);
  const log = { info: console.log, warn: console.warn, error: console.error };
  const publisher = new Publisher({
    ...{ source: fileInput(file), form: 'copy', url, ffmpeg: program.path },
    ...{ clock: new SiteClock(), log },
  });
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
