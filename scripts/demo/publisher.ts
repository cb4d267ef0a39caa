import type { Clock, Log } from '../../src/contracts/ports.ts';
import { Child } from '../../src/process/child.ts';

export interface PublisherOptions {
  /** A video file without B frames. */
  file: string;
  /** Where to publish: an rtsp:// URL without credentials. */
  url: string;
  /** Path of ffmpeg. */
  ffmpeg: string;
  clock: Clock;
  log: Log;
}

const restartMs = 1000;
const lineLength = 500;

/** Plays a file to an RTSP server at its own speed, over and over, and starts again when that ends. */
export class Publisher {
  readonly #options: PublisherOptions;
  #child: Child | undefined;
  #cancel: () => void = () => undefined;
  #running = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#publish();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    await this.#child?.stop();
  }

  #publish(): void {
    const { file, url, ffmpeg, clock, log } = this.#options;
    const input = ['-re', '-stream_loop', '-1', '-i', `file:${file}`];
    // Without a mux delay each AAC frame goes out by itself; otherwise up to 0.7 s of sound wait for a full packet.
    const output = ['-map', '0', '-c', 'copy', '-muxdelay', '0', '-f', 'rtsp', '-rtsp_transport', 'tcp', url];
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input, ...output];
    const child = new Child({ program: ffmpeg, args, clock });
    this.#child = child;
    let lastWords = '';
    child.output(1).resume();
    child.output(2).on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-lineLength);
    });
    void child.closed.then(({ error }) => {
      if (!this.#running) return;
      log.warn(`The demo clip stopped playing: ${error?.message ?? lastWords.trim()}`);
      this.#cancel = clock.after(restartMs, () => {
        this.#publish();
      });
    });
  }
}
