import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostPrograms, type HostName } from './install.ts';

const root = join(import.meta.dirname, '..', '..');

export interface FlowNode {
  id: string;
  type: string;
  z?: string;
  wires?: string[][];
  credentials?: Record<string, string>;
  [setting: string]: unknown;
}

export type Message = Record<string, unknown> & { topic?: string; payload?: unknown };

/** What a probe reported; `at` is the wall clock of its arrival, in epoch milliseconds. */
export interface Seen {
  probe: string;
  message: Message;
  at: number;
}

interface Waiter {
  probe: string;
  matches: (message: Message) => boolean;
  resolve: (message: Message) => void;
}

/** A real Node-RED in a process of its own, with this package installed, that a test deploys flows to. */
export class NodeRedHost {
  readonly url: string;
  readonly userDir: string;
  /** Everything that probes reported, in order. */
  readonly seen: Seen[] = [];
  log = '';
  /** Says who asks, where the editor has a login. */
  authorisation: Readonly<Record<string, string>> = {};
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #waiters: Waiter[] = [];

  private constructor(child: ChildProcess, url: string, userDir: string) {
    this.#child = child;
    this.url = url;
    this.userDir = userDir;
    this.#ended = new Promise((resolve) => {
      child.once('close', () => {
        resolve();
      });
    });
    child.stdout?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    child.on('message', (report) => {
      this.#take(report as Omit<Seen, 'at'>);
    });
  }

  /**
   * Starts Node-RED with an empty flow. `env` is added to its environment; stopping removes the user folder.
   * @param name Which Node-RED: absent means what NODE_UNDER_TEST names, or else the repository's own.
   */
  static async start(
    env: Record<string, string> = {},
    userDir = linkedUserFolder(),
    name?: HostName,
  ): Promise<NodeRedHost> {
    const { node, nodeRed } = await hostPrograms(name);
    const port = await freePort();
    const settings = join(import.meta.dirname, 'settings.cjs');
    const child = spawn(node, [nodeRed, '--userDir', userDir, '--settings', settings], {
      env: { ...process.env, ...env, TEST_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const host = new NodeRedHost(child, `http://127.0.0.1:${port}`, userDir);
    await host.#answers();
    return host;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Asks something of its settings file. */
  send(request: string): void {
    this.#child.send(request);
  }

  /**
   * Replaces the whole flow. Nodes with wires land on a tab, unless one that is deployed with them is theirs; Node-RED takes
   * what has no place there for a config node.
   */
  async deploy(nodes: readonly FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
    const tab = { id: 'tab', type: 'tab', label: 'test' };
    const tabs = new Set(nodes.flatMap(({ id, type: kind }) => (kind === 'tab' || kind === 'subflow' ? [id] : [])));
    const placeOf = ({ z }: FlowNode): string => (z !== undefined && tabs.has(z) ? z : 'tab');
    const placed = nodes.map((node) =>
      node.wires === undefined ? node : { x: 100, y: 100, ...node, z: placeOf(node) },
    );
    await this.deployedBy(async () => {
      const response = await fetch(`${this.url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type, ...this.authorisation },
        body: JSON.stringify([tab, ...placed]),
      });
      if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
    });
  }

  /** Deploys in a way of the caller's, such as by the button of the editor. Node-RED says it is done before the nodes are there. */
  async deployedBy(deploy: () => Promise<unknown>): Promise<void> {
    const before = this.#starts();
    await deploy();
    while (this.#starts() === before) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`it ended:\n${this.log}`);
      await sleep(20);
    }
  }

  /** Presses the button of an inject node. */
  async inject(id: string): Promise<void> {
    const response = await fetch(`${this.url}/inject/${id}`, { method: 'POST', headers: this.authorisation });
    if (!response.ok) throw new Error(`inject: ${response.status}`);
  }

  /** The first message of a probe that fits, past or to come. */
  async waitFor(probe: string, matches: (message: Message) => boolean, ms = 60_000): Promise<Message> {
    const before = this.seen.find((report) => report.probe === probe && matches(report.message));
    if (before !== undefined) return before.message;
    const waiter = Promise.withResolvers<Message>();
    this.#waiters.push({ probe, matches, resolve: waiter.resolve });
    const limit = new AbortController();
    const timedOut = sleep(ms, undefined, { signal: limit.signal }).then(() => {
      throw new Error(`nothing fitting from probe "${probe}" within ${ms} ms; log:\n${this.log.slice(-3000)}`);
    });
    try {
      return await Promise.race([waiter.promise, timedOut]);
    } finally {
      limit.abort();
      timedOut.catch(() => undefined);
    }
  }

  messages(probe: string): Message[] {
    return this.seen.filter((report) => report.probe === probe).map((report) => report.message);
  }

  async stop({ keepFolder = false } = {}): Promise<void> {
    this.#child.kill('SIGTERM');
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await this.#ended;
    clearTimeout(hard);
    if (!keepFolder) rmSync(this.userDir, { recursive: true, force: true });
  }

  /** Ends it without a word to anybody; the user folder stays, for another start. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (this.#child.exitCode !== null) break;
      try {
        const response = await fetch(`${this.url}/flows`);
        if ((response.ok || response.status === 401) && this.log.includes('Started flows')) return;
      } catch {
        // not listening yet
      }
      await sleep(200);
    }
    throw new Error(`Node-RED did not start:\n${this.log}`);
  }

  #starts(): number {
    return this.log.split('Started ').length;
  }

  #take(report: Omit<Seen, 'at'>): void {
    this.seen.push({ ...report, at: Date.now() });
    const fits = (waiter: Waiter) => waiter.probe === report.probe && waiter.matches(report.message);
    for (const waiter of this.#waiters.filter(fits)) waiter.resolve(report.message);
    this.#waiters = this.#waiters.filter((waiter) => !fits(waiter));
  }
}

/** A Node-RED user folder with this working tree as its package. */
export function linkedUserFolder(): string {
  const userDir = mkdtempSync(join(tmpdir(), 'sentinel-nr-'));
  const scope = join(userDir, 'node_modules', '@echosight');
  mkdirSync(scope, { recursive: true });
  symlinkSync(root, join(scope, 'node-red-sentinel'), 'junction');
  const dependencies = { '@echosight/node-red-sentinel': '*' };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test-host', private: true, dependencies }));
  return userDir;
}

/** A function node that reports every message it gets to the test. */
export function probe(name: string): FlowNode {
  const func = `global.get('report')(${JSON.stringify(name)}, msg); return null;`;
  return { id: `probe-${name}`, type: 'function', name, func, outputs: 1, wires: [[]] };
}

/** A catch node for everything, wired to a probe called `errors`. */
export function catchAll(): FlowNode[] {
  return [{ id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['probe-errors']] }, probe('errors')];
}

/** A status node for everything, wired to a probe called `status`. */
export function watchStatus(): FlowNode[] {
  return [{ id: 'statuses', type: 'status', scope: null, wires: [['probe-status']] }, probe('status')];
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
