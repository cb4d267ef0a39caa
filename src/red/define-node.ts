import { nodeCredentials, type NodeType, type SentinelSiteConfig } from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Log } from '../contracts/ports.ts';
import { acquireSite, type SiteLease } from '../site/registry.ts';
import type { Site } from '../site/site.ts';
import { dataFolder } from './data-folder.ts';
import { mountApi } from './mount.ts';
import type { Done, NodeRed, RawConfig, RedMessage, RedNode, Send, StatusLook } from './node-red.ts';
import { readConfig, type ConfigOf } from './read-config.ts';
import { Starting } from './starting.ts';
import { StatusLine } from './status-line.ts';

/** Looks of a status in Node-RED's own vocabulary. */
const looks = {
  idle: { fill: 'grey', shape: 'ring' },
  connecting: { fill: 'yellow', shape: 'ring' },
  running: { fill: 'green', shape: 'dot' },
  alarm: { fill: 'red', shape: 'dot' },
  down: { fill: 'red', shape: 'ring' },
} as const satisfies Record<string, StatusLook>;
export type Look = keyof typeof looks;

/** What a node file gets to work with. Everything it acquires here is released when the node closes. */
export interface NodeContext<T extends NodeType> {
  readonly id: string;
  readonly config: ConfigOf<T>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly log: Log;
  /** The Site of this node: its own settings for a sentinel-site, the one that it refers to, or the implicit default. */
  site(): Site;
  /** Settings and credentials of a config node. @throws SentinelError ES_BAD_CONFIG when it is missing or disabled. */
  reference<R extends NodeType>(type: R, id: string): Reference<R>;
  /** The Site that a config node belongs to. */
  siteOf(owner: { config: { site: string } }): Site;
  /** Sends one message per output; null leaves an output out. */
  send(outputs: readonly (object | null)[]): void;
  /** Status under the node: a text of the locale (`<type>.status.<key>`). */
  status(look: Look, key: string, params?: Record<string, unknown>): void;
  /** Reports an error of our own (not an input's) to the Catch node. Call it once per change of state, not per retry. */
  fail(error: unknown, message?: { topic: string; payload: unknown }): void;
}

export interface Reference<T extends NodeType> {
  readonly id: string;
  readonly config: ConfigOf<T>;
  readonly credentials: Readonly<Record<string, string>>;
}

export interface NodeHandlers {
  /** One message; a rejection goes to `done(error)` and so to the Catch node, exactly once. */
  input?(message: RedMessage, send: (outputs: readonly (object | null)[]) => void): Promise<void> | void;
  close?(): Promise<void> | void;
}

export interface NodeDefinition<T extends NodeType> {
  type: T;
  create(node: NodeContext<T>): NodeHandlers | undefined;
}

/** Settings of the config nodes alive now, for `reference`. */
const references = new WeakMap<RedNode, Reference<NodeType>>();

/** Registers a node type with Node-RED and ties its life cycle to the engine. */
export function defineNode<T extends NodeType>(definition: NodeDefinition<T>): (RED: NodeRed) => void {
  return (RED) => {
    mountApi(RED);
    const { type } = definition;
    const create = function (this: RedNode, raw: RawConfig) {
      RED.nodes.createNode(this, raw);
      start(RED, this, raw, definition);
    };
    if (type in nodeCredentials) RED.nodes.registerType(type, create, { credentials: credentialFields(type) });
    else RED.nodes.registerType(type, create);
  };
}

function credentialFields(type: NodeType): Record<string, { type: string }> {
  const fields: Readonly<Record<string, Readonly<Record<string, string>>>> = nodeCredentials;
  return Object.fromEntries(Object.entries(fields[type] ?? {}).map(([field, kind]) => [field, { type: kind }]));
}

function start<T extends NodeType>(RED: NodeRed, node: RedNode, raw: RawConfig, definition: NodeDefinition<T>): void {
  const statusLine = new StatusLine((look) => {
    node.status(look);
  });
  const leases: SiteLease[] = [];
  const underWay = new Set<Promise<void>>();
  const starting = new Starting(RED);
  const handlers = create();

  node.on('input', (message, send, done) => {
    const work = handle(message, send, done).finally(() => underWay.delete(work));
    underWay.add(work);
  });
  node.on('close', (_removed, done) => {
    void close().finally(done);
  });

  function create(): NodeHandlers | SentinelError {
    try {
      const context = contextOf(RED, node, readConfig(definition.type, raw), { statusLine, leases, starting });
      references.set(node, context);
      return definition.create(context) ?? {};
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_BAD_CONFIG');
      starting.whenDone(() => {
        statusLine.set({ ...looks.down, text: error.message.slice(0, 80) });
        // Without a message Node-RED only logs: no Catch node would hear it.
        node.error(error, {});
      });
      return error;
    }
  }

  async function handle(message: RedMessage, send: Send, done: Done): Promise<void> {
    try {
      if (handlers instanceof SentinelError) throw handlers;
      await handlers.input?.(message, (outputs) => {
        send(outputs as readonly (RedMessage | null)[]);
      });
      done();
    } catch (thrown) {
      done(asSentinelError(thrown, 'ES_BAD_INPUT'));
    }
  }

  async function close(): Promise<void> {
    starting.cancel();
    statusLine.close();
    try {
      if (!(handlers instanceof SentinelError)) await handlers.close?.();
      // A process that exits in the middle of a model's run is aborted by the runtime, so runs are waited for.
      await Promise.race([Promise.all(underWay), patience()]);
    } catch (thrown) {
      node.warn(String(asSentinelError(thrown, 'ES_BAD_CONFIG')));
    } finally {
      for (const lease of leases) lease.release();
    }
  }
}

/** Node-RED gives up on a node that takes 15 s to close. */
function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10_000).unref();
  });
}

function contextOf<T extends NodeType>(
  RED: NodeRed,
  node: RedNode,
  config: ConfigOf<T>,
  { statusLine, leases, starting }: { statusLine: StatusLine; leases: SiteLease[]; starting: Starting },
): NodeContext<T> {
  const credentials = node.credentials ?? {};
  const log: Log = {
    info: (line) => {
      node.log(line);
    },
    warn: (line) => {
      node.warn(line);
    },
    error: (line) => {
      RED.log.error(`[${node.type}:${node.name ?? node.id}] ${line}`);
    },
  };
  const reference = <R extends NodeType>(type: R, id: string): Reference<R> => {
    const target = RED.nodes.getNode(id);
    const found = target === null ? undefined : references.get(target);
    if (found !== undefined && target?.type === type) return found;
    throw new SentinelError(
      'ES_BAD_CONFIG',
      `The ${type} that this node refers to is missing, disabled or not usable.`,
      {
        hint: 'Open the node and choose one.',
      },
    );
  };
  const lease = (settings: SentinelSiteConfig | undefined): Site => {
    const options = {
      id: settings?.siteId ?? 'home',
      name: settings?.name ?? 'Home',
      folder: dataFolder(RED.settings.userDir, settings?.dataFolder ?? ''),
      implicit: settings === undefined,
    };
    const taken = acquireSite(options, RED.log);
    leases.push(taken);
    return taken.site;
  };
  const siteNamed = (id: string): Site => lease(id === '' ? undefined : reference('sentinel-site', id).config);
  let own: Site | undefined;
  return {
    id: node.id,
    config,
    credentials,
    log,
    site: () => {
      own ??= 'siteId' in config ? lease(config) : siteNamed('site' in config ? config.site : '');
      return own;
    },
    reference,
    siteOf: (owner) => siteNamed(owner.config.site),
    send: (outputs) => {
      node.send(outputs as readonly (RedMessage | null)[]);
    },
    status: (look, key, params = {}) => {
      statusLine.set({ ...looks[look], text: RED._(`${node.type}.status.${key}`, params) });
    },
    fail: (error, message) => {
      starting.whenDone(() => {
        node.error(asSentinelError(error, 'ES_BAD_CONFIG'), { ...message });
      });
    },
  };
}
