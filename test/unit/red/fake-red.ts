import { EventEmitter } from 'node:events';
import type {
  Done,
  NodeRed,
  RawConfig,
  RedConstructor,
  RedMessage,
  RedNode,
  Send,
  StatusLook,
} from '../../../src/red/node-red.ts';

/** A node instance that records what its type does with it. */
class FakeNode implements RedNode {
  id = '';
  type = '';
  name?: string;
  credentials?: Record<string, string>;
  readonly statuses: StatusLook[] = [];
  readonly errors: { error: unknown; message: RedMessage | undefined }[] = [];
  readonly sent: (readonly (RedMessage | null)[])[] = [];
  readonly #events = new EventEmitter();

  on(event: 'input' | 'close', handler: (...args: never[]) => void): void {
    this.#events.on(event, handler as (...args: unknown[]) => void);
  }
  send: Send = (outputs) => {
    this.sent.push(outputs);
  };
  status(look: StatusLook): void {
    this.statuses.push(look);
  }
  error(error: unknown, message?: RedMessage): void {
    this.errors.push({ error, message });
  }
  log(): void {
    // Not looked at.
  }
  warn(): void {
    // Not looked at.
  }

  /** Hands in a message; resolves with what the node gave to `done`, and how often it called it. */
  async input(message: RedMessage): Promise<{ error: unknown; calls: number }> {
    let calls = 0;
    const error = await new Promise<unknown>((resolve) => {
      const done: Done = (given) => {
        calls += 1;
        resolve(given);
      };
      this.#events.emit('input', message, this.send, done);
    });
    await new Promise((resolve) => setImmediate(resolve));
    return { error, calls };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#events.emit('close', false, resolve);
    });
  }
}

/** As much of Node-RED as `defineNode` touches. */
export class FakeRed implements NodeRed {
  readonly types = new Map<string, { constructor: RedConstructor; credentials: unknown }>();
  readonly #live = new Map<string, FakeNode>();
  readonly settings: NodeRed['settings'];
  /** Environment variables as nodes see them. */
  environment: Record<string, string> = {};

  constructor(userDir: string) {
    this.settings = { userDir };
  }

  readonly nodes = {
    createNode: (node: RedNode, config: RawConfig): void => {
      node.id = config.id;
      node.type = config.type;
      if (config.name !== undefined) node.name = config.name;
    },
    registerType: (type: string, constructor: RedConstructor, options?: { credentials?: unknown }): void => {
      this.types.set(type, { constructor, credentials: options?.credentials });
    },
    getNode: (id: string): RedNode | null => this.#live.get(id) ?? null,
  };
  readonly events = new EventEmitter();
  readonly log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  readonly util = { getSetting: (_node: RedNode, variable: string): unknown => this.environment[variable] };
  _(key: string, params?: Record<string, unknown>): string {
    return `${key} ${JSON.stringify(params ?? {})}`;
  }

  /** A deploy is through: from here on Catch nodes hear errors. */
  started(): void {
    this.events.emit('flows:started');
  }

  /** Creates an instance as a deploy does. */
  create(config: RawConfig, credentials?: Record<string, string>): FakeNode {
    const type = this.types.get(config.type);
    if (type === undefined) throw new Error(`type ${config.type} is not registered`);
    const node = new FakeNode();
    if (credentials !== undefined) node.credentials = credentials;
    this.#live.set(config.id, node);
    type.constructor.call(node, config);
    this.started();
    return node;
  }
}
