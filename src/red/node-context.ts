import type { NodeType, SentinelSiteConfig } from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { acquireSite, type SiteLease } from '../site/registry.ts';
import { keepingOf } from '../site/site-keeping.ts';
import type { Site } from '../site/site.ts';
import { dataFolder } from '../site/data-folder.ts';
import type { NodeRed, RedMessage, RedNode, StatusLook } from './node-red.ts';
import { notChosen, type ConfigOf } from '../contracts/read-config.ts';
import type { Starting } from './starting.ts';
import type { StatusLine } from './status-line.ts';

/** Looks of a status in Node-RED's own vocabulary. */
export const looks = {
  idle: { fill: 'grey', shape: 'ring' },
  connecting: { fill: 'yellow', shape: 'ring' },
  running: { fill: 'green', shape: 'dot' },
  strained: { fill: 'yellow', shape: 'dot' },
  alarm: { fill: 'red', shape: 'dot' },
  down: { fill: 'red', shape: 'ring' },
} as const satisfies Record<string, StatusLook>;
export type Look = keyof typeof looks;

/** What a node file gets to work with. Everything it acquires here is released when the node closes. */
export interface NodeContext<T extends NodeType> {
  readonly id: string;
  readonly config: ConfigOf<T>;
  readonly credentials: Readonly<Record<string, string>>;
  /** The Site of this node: its own settings for a sentinel-site, the one that it refers to, or the implicit default. */
  site(): Site;
  /** Settings and credentials of a config node. @throws SentinelError ES_BAD_CONFIG when it is missing or disabled. */
  reference<R extends NodeType>(type: R, id: string): Reference<R>;
  /** The Site that a config node belongs to. */
  siteOf(owner: { config: { site: string } }): Site;
  /** Sends one message per output; null leaves an output out. */
  send(outputs: readonly (object | null)[]): void;
  /** Whether anything listens to an output now; 0 is the first. */
  isWired(output: number): boolean;
  /** Status under the node: a text of the locale (`<type>.status.<key>`). */
  status(look: Look, key: string, params?: Record<string, unknown>): void;
  /** Calls back when the flow runs: at once where it does. */
  whenStarted(run: () => void): void;
  /** Reports an error of our own (not an input's) to the Catch node. Call it once per change of state, not per retry. */
  fail(error: unknown, message?: { topic: string; payload: unknown }): void;
}

export interface Reference<T extends NodeType> {
  readonly id: string;
  readonly config: ConfigOf<T>;
  readonly credentials: Readonly<Record<string, string>>;
}

/** The nodes alive now: their settings, or why they are not usable. */
const references = new Map<RedNode, Reference<NodeType> | SentinelError>();

/** Makes a node known to those that refer to it. */
export function beReferable(node: RedNode, reference: Reference<NodeType> | SentinelError): void {
  references.set(node, reference);
}

/** A node that closes is known to nobody any more. */
export function forget(node: RedNode): void {
  references.delete(node);
}

/** Every node of ours in the running flow. */
export function liveNodes(): { node: RedNode; reference: Reference<NodeType> | SentinelError }[] {
  return [...references].map(([node, reference]) => ({ node, reference }));
}

/** What belongs to one instance and goes with it. */
export interface Instance {
  statusLine: StatusLine;
  starting: Starting;
  /** Released when the node closes. */
  leases: SiteLease[];
}

/** Ties a node instance to its settings, its Site and Node-RED. */
export function contextOf<T extends NodeType>(
  RED: NodeRed,
  node: RedNode,
  config: ConfigOf<T>,
  credentials: Readonly<Record<string, string>>,
  { statusLine, leases, starting }: Instance,
): NodeContext<T> {
  const reference = <R extends NodeType>(type: R, id: string): Reference<R> => find(RED, type, id);
  const lease = (settings: SentinelSiteConfig | undefined, names = false): Site => {
    const request = {
      id: settings?.siteId ?? 'home',
      name: settings?.name ?? 'Home',
      folder: dataFolder(RED.settings.userDir, settings?.dataFolder ?? ''),
      publicAddress: publicAddress(settings?.publicAddress ?? ''),
      timeZone: timeZone(settings?.timeZone ?? ''),
      location: settings?.location ?? '',
      exitDelaySeconds: settings?.exitDelaySeconds ?? 0,
      registration: settings?.registration ?? false,
      localLogin: settings?.localLogin ?? false,
      ...(settings === undefined ? {} : { keeping: keepingOf(settings) }),
      names,
    };
    const taken = acquireSite(request, RED.log);
    leases.push(taken);
    return taken.site;
  };
  const siteNamed = (id: string): Site => lease(id === '' ? undefined : reference('sentinel-site', id).config);
  let own: Site | undefined;
  return {
    id: node.id,
    config,
    credentials,
    site: () => {
      own ??= 'siteId' in config ? lease(config, true) : siteNamed('site' in config ? config.site : '');
      return own;
    },
    reference,
    siteOf: (owner) => siteNamed(owner.config.site),
    send: (outputs) => {
      node.send(outputs as readonly (RedMessage | null)[]);
    },
    isWired: (output) => (node.wires?.[output]?.length ?? 0) > 0,
    status: (look, key, params = {}) => {
      statusLine.set({ ...looks[look], text: RED._(`${node.type}.status.${key}`, params) });
    },
    whenStarted: (run) => {
      starting.whenDone(run);
    },
    fail: (error, message) => {
      starting.whenDone(() => {
        node.error(asSentinelError(error, 'ES_BAD_CONFIG'), { ...message });
      });
    },
  };
}

function find<R extends NodeType>(RED: NodeRed, type: R, id: string): Reference<R> {
  const target = RED.nodes.getNode(id);
  const found = target?.type === type ? references.get(target) : undefined;
  if (found instanceof SentinelError) {
    // The reason first: a status shows the beginning of a message.
    const message = `${found.message} That makes its ${type} unusable.`;
    throw new SentinelError('ES_BAD_CONFIG', message, { hint: found.hint ?? 'Open it in the editor and correct it.' });
  }
  if (found !== undefined) return found;
  if (id === '') throw notChosen(type);
  throw new SentinelError('ES_BAD_CONFIG', `The ${type} that this node refers to is missing or disabled.`, {
    hint: 'Open the node and choose one.',
  });
}

/** Without a slash at the end. */
/** @throws SentinelError ES_BAD_CONFIG when nobody knows such a time zone. */
function timeZone(typed: string): string {
  try {
    if (typed !== '') new Intl.DateTimeFormat('en', { timeZone: typed });
    return typed;
  } catch {
    throw new SentinelError('ES_BAD_CONFIG', `There is no time zone "${typed}".`, {
      hint: 'Take a name such as Europe/Berlin, or leave the field empty for that of the machine.',
    });
  }
}

function publicAddress(typed: string): string | undefined {
  return typed === '' ? undefined : typed.replace(/\/+$/, '');
}
