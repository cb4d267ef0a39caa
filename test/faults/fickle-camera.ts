import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startDemoCamera } from '../integration/demo-camera.ts';

/** A camera that answers every other time only: it tells us what it has, and hangs up on the ffmpeg that comes for it. */
export class FickleCamera {
  readonly #camera: Awaited<ReturnType<typeof startDemoCamera>>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #visitors = 0;

  private constructor(camera: Awaited<ReturnType<typeof startDemoCamera>>) {
    this.#camera = camera;
    this.#server = createServer((near) => {
      this.#visitors += 1;
      near.on('error', () => undefined);
      if (this.#visitors % 2 === 0) near.once('data', () => near.destroy());
      else this.#pass(near, connect(camera.relay.port, '127.0.0.1'));
    });
  }

  static async start(): Promise<FickleCamera> {
    const fickle = new FickleCamera(await startDemoCamera());
    fickle.#server.listen(0, '127.0.0.1');
    await once(fickle.#server, 'listening');
    return fickle;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${(this.#server.address() as AddressInfo).port}/front`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
    await this.#camera.stop();
  }

  #pass(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
