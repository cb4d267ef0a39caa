import { errorNames } from '../contracts/errors.ts';
import type { NodeRed, RawConfig, RedNode } from './node-red.ts';

/**
 * better-sqlite3 13 asks for Node-API 10, which came with 22.14 and 23.6. On a Node.js without it, opening a database ends
 * the whole process without a message, so nothing native may load there.
 */
const neededNodeApi = 10;
const minimum = '22.14';

/** True when this Node.js is new enough for the engine. */
export function runtimeSupported(nodeApi = process.versions.napi): boolean {
  return Number(nodeApi) >= neededNodeApi;
}

/**
 * Entry of every node file. On an old Node.js the type still registers, so that the flow loads and says what is wrong,
 * but the engine is never touched.
 */
export function guardRuntime(type: string, load: () => (RED: NodeRed) => void): (RED: NodeRed) => void {
  if (runtimeSupported()) return load();
  return (RED) => {
    RED.nodes.registerType(type, function (this: RedNode, config: RawConfig) {
      RED.nodes.createNode(this, config);
      this.status({ fill: 'red', shape: 'ring', text: `needs Node.js ${minimum} or newer` });
      RED.events.once('flows:started', () => {
        this.error(
          `ES_UNSUPPORTED_RUNTIME: ${errorNames.ES_UNSUPPORTED_RUNTIME} ` +
            `This is ${process.versions.node}; ${type} needs ${minimum} or newer.`,
          {},
        );
      });
    });
  };
}

/** Entry of the command line program: on an old Node.js it says so, and the engine is never touched. */
export function guardCommand(load: () => () => Promise<void>): void {
  if (runtimeSupported()) {
    load()().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
    return;
  }
  console.error(`echosight needs Node.js ${minimum} or newer; this is ${process.versions.node}.`);
  process.exitCode = 1;
}
