import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a camera on which everything can vanish, or come late: connections live on, and nothing arrives any more. */
export class SwallowingProxy {
  /** Whether everything vanishes, in both directions. */
  swallows: boolean;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number, swallows: boolean) {
    this.swallows = swallows;
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      this.#pass(near, far);
      this.#pass(far, near);
    });
  }

  static async start(target: number, swallows = false): Promise<SwallowingProxy> {
    const proxy = new SwallowingProxy(target, swallows);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What is sent from now on is kept back, and comes all at once when it is released. */
  hold(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  release(): void {
    for (const socket of this.#sockets) socket.resume();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (chunk) => {
      if (!this.swallows && to.writable) to.write(chunk);
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      // In a black hole nobody hears of an end either.
      if (!this.swallows) to.destroy();
    });
  }
}
