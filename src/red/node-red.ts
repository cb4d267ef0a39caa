import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ParentApplication } from './unread-body.ts';

/** The part of Node-RED's runtime API that this package uses (the same in 4.1 and 5). */
export interface NodeRed {
  nodes: {
    createNode(node: RedNode, config: RawConfig): void;
    registerType(type: string, constructor: RedConstructor, options?: { credentials?: Record<string, unknown> }): void;
    getNode(id: string): RedNode | null;
    /** Every node of the flows, as it is configured. */
    eachNode?(visit: (node: { id?: string; type: string; [setting: string]: unknown }) => void): void;
  };
  settings: {
    userDir?: string;
    httpNodeAuth?: unknown;
    httpNodeRoot?: string | false;
    adminAuth?: unknown;
    /** Address that Node-RED listens on; all without it. */
    uiHost?: string;
    uiPort?: number | string;
    https?: unknown;
    credentialSecret?: unknown;
    /** What Node-RED remembers between starts, such as its palette under `nodes`. */
    get?(name: string): unknown;
    /** Settings of Dashboard 2.0, which reads `ui` when there are none. */
    dashboard?: { ioMiddleware?: unknown };
    ui?: { ioMiddleware?: unknown };
  };
  /** The Express application of the editor; absent when httpAdminRoot is false. */
  httpAdmin?: Record<'get' | 'post', (path: string, ...handlers: Handler[]) => void>;
  auth?: { needsPermission(permission: string): Handler };
  version?(): string;
  /** An Express application; absent when httpNodeRoot is false. */
  httpNode?: {
    use(path: string, handler: Handler): void;
    /** The application that it is mounted on; Express sets it. */
    parent?: ParentApplication;
  };
  /** The server that all of Node-RED shares: editor, HTTP nodes, dashboards. Absent when it is embedded without one. */
  server?: UpgradeServer;
  events: {
    on(event: 'flows:started', listener: () => void): void;
    on(event: 'runtime-event', listener: (event: { id: string }) => void): void;
    once(event: 'flows:started', listener: () => void): void;
  };
  log: { info(line: string): void; warn(line: string): void; error(line: string): void };
  util: {
    /** An environment variable as a node sees it: subflow, group, flow, global, process. */
    getSetting(node: RedNode, variable: string): unknown;
  };
  _(key: string, params?: Record<string, unknown>): string;
}

export interface UpgradeServer {
  on(event: 'upgrade', listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  listenerCount(event: 'upgrade'): number;
  /** Hands an event to all listeners. */
  emit(event: string, ...details: unknown[]): boolean;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export type RedConstructor = (this: RedNode, config: RawConfig) => void;

/** What the editor saved for one node. */
export interface RawConfig {
  id: string;
  type: string;
  name?: string;
  [setting: string]: unknown;
}

export type RedMessage = Record<string, unknown>;
export type Send = (outputs: readonly (RedMessage | null)[]) => void;
export type Done = (error?: unknown) => void;

export interface StatusLook {
  fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  shape?: 'ring' | 'dot';
  text?: string;
}

/** A node instance of a running flow. */
export interface RedNode {
  id: string;
  type: string;
  name?: string;
  credentials?: Record<string, string>;
  /** Ids of the nodes behind each output; a deploy of changed wires alone changes them. */
  wires?: readonly (readonly string[])[];
  on(event: 'input', handler: (message: RedMessage, send: Send, done: Done) => void): void;
  on(event: 'close', handler: (removed: boolean, done: () => void) => void): void;
  send: Send;
  status(look: StatusLook): void;
  error(error: unknown, message?: RedMessage): void;
  log(line: string): void;
  warn(line: string): void;
}
