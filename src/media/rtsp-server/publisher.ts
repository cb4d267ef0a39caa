import type { Clock, Log } from '../../contracts/ports.ts';
import { redact } from '../../network/redact.ts';
import { Child, type ChildExit } from '../../process/child.ts';
import type { FfmpegCommand } from '../ffmpeg-arguments.ts';

/** How a source is sent: `copy` as it is, or as H.264 that every player understands at once. */
export type PublishedForm = 'copy' | 'h264';

export interface PublisherOptions {
  /** What ffmpeg reads; for `copy` it must have no B frames. */
  source: FfmpegCommand;
  form: PublishedForm;
  /** Where to publish: an rtsp:// URL without credentials. */
  url: string;
  /** Path of ffmpeg. */
  ffmpeg: string;
  clock: Clock;
  log: Log;
}

const restartMs = 1000;
const lineLength = 500;

const forms: Readonly<Record<PublishedForm, readonly string[]>> = {
  copy: ['-map', '0', '-c', 'copy'],
  // A key frame a second: a player sees a picture soon after it joins. Odd sizes cannot be encoded in 4:2:0.
  h264: [
    ...['-map', '0:v:0', '-map', '0:a:0?', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
    ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', '-pix_fmt', 'yuv420p', '-force_key_frames', 'expr:gte(t,n_forced)'],
    ...['-c:a', 'aac', '-b:a', '64k', '-ac', '1'],
  ],
};

/** Plays a source to an RTSP server: once, or over and over, started again whenever it ends. */
export class Publisher {
  readonly #options: PublisherOptions;
  #child: Child | undefined;
  #cancel: () => void = () => undefined;
  #running = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Publishes until it is stopped. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#keepPublishing();
  }

  /**
   * Publishes until the source ends or it is stopped.
   * @returns how ffmpeg ended, and its last words
   */
  async once(): Promise<ChildExit & { lastWords: string }> {
    const { source, form, url, ffmpeg, clock } = this.#options;
    // Without a mux delay each AAC frame goes out by itself; otherwise up to 0.7 s of sound wait for a full packet.
    const output = ['-muxdelay', '0', '-f', 'rtsp', '-rtsp_transport', 'tcp', url];
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', ...source.args, ...forms[form], ...output];
    const child = new Child({ program: ffmpeg, ...source, args, clock });
    this.#child = child;
    let lastWords = '';
    child.output(1).resume();
    child.output(2).on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-lineLength);
    });
    const exit = await child.closed;
    return { ...exit, lastWords: redact(lastWords.trim()) };
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    await this.#child?.stop();
  }

  async #keepPublishing(): Promise<void> {
    const { clock, log } = this.#options;
    const { error, lastWords } = await this.once();
    if (!this.#running) return;
    log.warn(`The clip stopped playing: ${error?.message ?? lastWords}`);
    this.#cancel = clock.after(restartMs, () => {
      void this.#keepPublishing();
    });
  }
}
