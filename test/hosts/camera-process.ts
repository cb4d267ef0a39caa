import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a camera shows: the demo clip, or a 720p picture with the time in it. */
export type CameraPicture = 'clip' | 'clock';

/** A camera in another process: it can be killed as by a power cut, frozen, and started again on its port. */
export class CameraProcess {
  readonly #picture: CameraPicture;
  #child: ChildProcess | undefined;
  #url = '';

  private constructor(picture: CameraPicture) {
    this.#picture = picture;
  }

  static async start(picture: CameraPicture = 'clip'): Promise<CameraProcess> {
    const camera = new CameraProcess(picture);
    await camera.start();
    return camera;
  }

  /** Where players find it; the same after it was started again. */
  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Settles when players find a stream. */
  async start(): Promise<void> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const child = fork(join(import.meta.dirname, 'camera-server.ts'), [this.#picture, port]);
    this.#child = child;
    const [said] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('The camera process ended before it showed anything.');
      }),
    ])) as [{ published: string }];
    this.#url = said.published;
  }

  /** Without a word to its players, and its port is free after. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** The machine of the camera hangs: its connections live on, and nobody answers. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.disconnect();
    await ended;
  }
}
