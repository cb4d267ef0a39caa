import { until } from './vitals.ts';

interface Report {
  id?: number;
  method?: string;
  params?: { sessionId?: string; workerInfo?: { url: string } };
}

/**
 * The worker threads of a process that was started with `--inspect`: by way of the debugger a test can do to one of them
 * from inside what a fault in native code, in a library or in memory would.
 */
export class InspectedWorkers {
  readonly #socket: WebSocket;
  /** Session by the newest thread of a file. */
  readonly #sessions = new Map<string, string>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as Report;
      if (method !== 'NodeWorker.attachedToWorker') return;
      const file = params?.workerInfo?.url.split('/').at(-1) ?? '';
      this.#sessions.set(file, params?.sessionId ?? '');
    });
  }

  /** @param log what the process printed so far, with the address of its debugger in it. */
  static async connect(log: () => string): Promise<InspectedWorkers> {
    const address = (): string => /Debugger listening on (ws:\/\/\S+)/.exec(log())?.[1] ?? '';
    await until(() => address() !== '', 'the debugger listens');
    const socket = new WebSocket(address());
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    const workers = new InspectedWorkers(socket);
    workers.#send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return workers;
  }

  /** Runs code in the newest thread of a worker file, such as `vision.js`. */
  async strike(file: string, expression: string): Promise<void> {
    await until(() => this.#sessions.has(file), `a thread of ${file}`);
    const sessionId = this.#sessions.get(file);
    this.#sessions.delete(file);
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    this.#send('NodeWorker.sendMessageToWorker', { sessionId, message });
  }

  close(): void {
    this.#socket.close();
  }

  #send(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ id: (this.#lastId += 1), method, params }));
  }
}
