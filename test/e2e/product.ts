import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxMessage } from '../../scripts/demo/whatsapp/conversation.ts';
import { freePort } from '../hosts/node-red-host.ts';
import { sandboxMessages } from '../hosts/sandbox-client.ts';

const launcher = join(import.meta.dirname, '..', '..', 'scripts', 'start', 'main.ts');

/** What `npm start` starts, started as it does. */
export class Product {
  output = '';
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals>;

  private constructor(child: ChildProcess, port: number) {
    this.port = port;
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve(code ?? signal ?? 0);
      });
    });
  }

  static async start(
    data: string,
    options: string[] = [],
    env: Record<string, string> = {},
    wantedPort?: number,
  ): Promise<Product> {
    const port = wantedPort ?? (await freePort());
    const args = [launcher, '--port', String(port), '--data', data, ...options];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new Product(child, port);
  }

  get editor(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get sandbox(): string {
    return /WhatsApp sandbox\s+(http:\/\/\S+)/.exec(this.output)?.[1] ?? '';
  }

  /** What the launcher prints, once it does. */
  async line(pattern: RegExp, ms = 60_000): Promise<string> {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      const found = pattern.exec(this.output)?.[1];
      if (found !== undefined) return found;
      await sleep(50);
    }
    throw new Error(`no ${String(pattern)} within ${ms} ms:\n${this.output}`);
  }

  /** Waits until an address answers well: it is printed before Node-RED has started. */
  async answers(url: string, ms = 60_000): Promise<void> {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      if (
        await fetch(url).then(
          (response) => response.ok,
          () => false,
        )
      )
        return;
      await sleep(200);
    }
    throw new Error(`${url} does not answer within ${ms} ms:\n${this.output}`);
  }

  /** The first message of the sandbox that fits. */
  async message(fits: (message: SandboxMessage) => boolean, ms = 120_000): Promise<SandboxMessage> {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      const messages = this.sandbox === '' ? [] : await sandboxMessages(this.sandbox);
      const found = messages.find(fits);
      if (found !== undefined) return found;
      await sleep(500);
    }
    throw new Error(`no such message within ${ms} ms:\n${this.output}`);
  }

  /** Waits for the end; resolves with exit code or signal. */
  get ended(): Promise<number | NodeJS.Signals> {
    return this.#ended;
  }

  /** Ctrl-C: a terminal signals the whole group. */
  async interrupt(): Promise<number | NodeJS.Signals> {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGINT');
    return await this.#ended;
  }

  /** The power goes: launcher and Node-RED at once. */
  async crash(): Promise<void> {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    await this.#ended;
  }

  /** The launcher alone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Process ids of everything below the launcher (Linux). */
  descendants(): number[] {
    const parents = new Map<number, number>();
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const parent = parentOf(Number(entry));
      if (parent !== undefined) parents.set(Number(entry), parent);
    }
    const below = (pid: number): number[] =>
      [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
    return below(this.#child.pid ?? -1);
  }
}

/** Whether a process still exists and is no zombie (Linux). */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
