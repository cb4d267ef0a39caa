import { join } from 'node:path';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { fileInput } from '../../src/media/ffmpeg-arguments.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import type { IngestFrame, IngestListener, IngestWindow } from '../../src/media/ingest.ts';
import type { StreamState } from '../../src/media/stream-supervisor.ts';
import { Publisher } from '../../src/media/rtsp-server/publisher.ts';
import { DemoRelay, type DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { RecordingLog } from '../unit/recording-log.ts';

export const demoClip = join(import.meta.dirname, '..', '..', 'scripts', 'demo', 'demo-clip.mp4');

/** A camera on 127.0.0.1 that shows the demo clip, or another file, under `/front`. */
export async function startDemoCamera({
  file = demoClip,
  ...options
}: DemoRelayOptions & { file?: string } = {}): Promise<{ relay: DemoRelay; url: string; stop(): Promise<void> }> {
  const relay = new DemoRelay(options);
  await relay.listen();
  const url = relay.url('/front');
  const { path: ffmpeg } = await locateFfmpeg();
  const publisher = new Publisher({
    ...{ source: fileInput(file), form: 'copy', url, ffmpeg },
    ...{ clock: new SiteClock(), log: new RecordingLog() },
  });
  publisher.start();
  await relay.published('/front');
  return {
    relay,
    url,
    async stop() {
      await publisher.stop();
      await relay.close();
    },
  };
}

/** Keeps what an ingest hands out, and lets a test wait for it. */
export class Receiver implements IngestListener {
  readonly frames: IngestFrame[] = [];
  readonly windows: IngestWindow[] = [];
  readonly states: StreamState[] = [];
  readonly #waiting = new Set<() => void>();

  frame(frame: IngestFrame): void {
    this.frames.push(frame);
    this.#look();
  }

  audio(window: IngestWindow): void {
    this.windows.push(window);
    this.#look();
  }

  status(state: StreamState): void {
    this.states.push(state);
    this.#look();
  }

  get last(): StreamState | undefined {
    return this.states.at(-1);
  }

  /** Settles when the condition holds; fails after `ms`, with the statuses so far. */
  until(condition: () => boolean, what: string, ms = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        if (condition()) done(resolve);
      };
      const timer = setTimeout(() => {
        const statuses = this.states.map(({ status, detail }) => `${status}: ${detail}`).join(' | ');
        done(() => {
          reject(new Error(`Not within ${ms / 1000} s: ${what}. Statuses: ${statuses}`));
        });
      }, ms);
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}
