import { nodeCredentials, type NodeType } from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { findModelsIn } from '../inference/models-folder.ts';
import { mountAccountTest } from './account-test.ts';
import { mountAdminAnswers, type AdminAnswers } from './admin-answers.ts';
import { mountCameraLook } from './camera-look.ts';
import { checkDeployed } from './check-deployed.ts';
import { mountModelTry } from './model-try.ts';
import { mountApi } from './mount.ts';
import { beReferable, contextOf, forget, looks, type Instance, type NodeContext } from './node-context.ts';
import type { Done, NodeRed, RawConfig, RedMessage, RedNode, Send } from './node-red.ts';
import { mountRuleTrial } from './rule-trial.ts';
import { readConfig, readCredentials } from '../contracts/read-config.ts';
import { Starting } from './starting.ts';
import { shortened, StatusLine } from './status-line.ts';
import { mountTrainingUpload } from './training-upload.ts';
import { registered } from './type-collisions.ts';
import type { Lookup } from '../contracts/substitute.ts';

export interface NodeHandlers {
  /** One message; a rejection goes to `done(error)` and so to the Catch node, exactly once. */
  input?(message: RedMessage, send: (outputs: readonly (object | null)[]) => void): Promise<void> | void;
  close?(): Promise<void> | void;
}

export interface NodeDefinition<T extends NodeType> {
  type: T;
  /** What its dialog may ask of this machine. */
  answers?: AdminAnswers;
  create(node: NodeContext<T>): NodeHandlers | undefined;
}

/** Node-RED gives up on a node that takes 15 s to close. */
const patienceMs = 10_000;

/** Registers a node type with Node-RED and ties its life cycle to the engine. */
export function defineNode<T extends NodeType>(definition: NodeDefinition<T>): (RED: NodeRed) => void {
  return (RED) => {
    findModelsIn(RED.settings.userDir);
    mountApi(RED);
    const { type } = definition;
    mountAdminAnswers(RED, type, definition.answers ?? {});
    if (type === 'sentinel-site') mountAdminAnswers(RED, type, { check: { write: () => checkDeployed(RED) } });
    mountAccountTest(RED, type);
    if (type === 'sentinel-camera') mountCameraLook(RED);
    if (type === 'detectron-infer') mountModelTry(RED);
    if (type === 'fuse-severity') mountRuleTrial(RED);
    if (type === 'sentinel-audio-train') mountTrainingUpload(RED);
    const create = function (this: RedNode, raw: RawConfig) {
      RED.nodes.createNode(this, raw);
      start(RED, this, raw, definition);
    };
    if (type in nodeCredentials) RED.nodes.registerType(type, create, { credentials: credentialFields(type) });
    else RED.nodes.registerType(type, create);
    registered(RED, type);
  };
}

function credentialFields(type: NodeType): Record<string, { type: string }> {
  const fields: Readonly<Record<string, Readonly<Record<string, string>>>> = nodeCredentials;
  return Object.fromEntries(Object.entries(fields[type] ?? {}).map(([field, kind]) => [field, { type: kind }]));
}

function start<T extends NodeType>(RED: NodeRed, node: RedNode, raw: RawConfig, definition: NodeDefinition<T>): void {
  const instance: Instance = {
    statusLine: new StatusLine((look) => {
      node.status(look);
    }),
    starting: new Starting(RED.events),
    leases: [],
  };
  instance.starting.whenDone(() => {
    instance.statusLine.begin();
  });
  const underWay = new Set<Promise<void>>();
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
      const lookup: Lookup = (variable) => RED.util.getSetting(node, variable);
      const config = readConfig(definition.type, raw, lookup);
      const context = contextOf(RED, node, config, readCredentials(definition.type, node, lookup), instance);
      const made = definition.create(context) ?? {};
      beReferable(node, context);
      return made;
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_BAD_CONFIG');
      beReferable(node, error);
      instance.starting.whenDone(() => {
        instance.statusLine.set({ ...looks.down, text: shortened(error.message) });
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
      const error = asSentinelError(thrown, 'ES_BAD_INPUT');
      try {
        done(error);
      } catch {
        // Node-RED copies the message for Catch nodes, and cannot copy everything that a function node can make.
        node.error(error, {});
      }
    }
  }

  async function close(): Promise<void> {
    forget(node);
    instance.starting.cancel();
    instance.statusLine.close();
    try {
      if (!(handlers instanceof SentinelError)) await handlers.close?.();
      // A process that exits in the middle of a model's run is aborted by the runtime, so runs are waited for.
      await Promise.race([Promise.all(underWay), patience()]);
    } catch (thrown) {
      node.warn(String(asSentinelError(thrown, 'ES_BAD_CONFIG')));
    } finally {
      for (const lease of instance.leases) lease.release();
    }
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, patienceMs).unref();
  });
}
