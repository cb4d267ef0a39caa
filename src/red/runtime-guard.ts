import { errorNames } from '../contracts/errors.ts';
import type { NodeRed, RawConfig, RedNode } from './node-red.ts';

/** better-sqlite3 13 crashes the whole process below Node.js 22 without a message, so nothing native may load there. */
const minimum = [22, 9] as const;

/** True when this Node.js is new enough for the engine. */
export function runtimeSupported(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

/**
 * Entry of every node file. On an old Node.js the type still registers, so that the flow loads and says what is wrong,
 * but the engine is never touched.
 */
export function guardRuntime(type: string, load: () => (RED: NodeRed) => void): (RED: NodeRed) => void {
  if (runtimeSupported()) return load();
  const needed = minimum.join('.');
  return (RED) => {
    RED.nodes.registerType(type, function (this: RedNode, config: RawConfig) {
      RED.nodes.createNode(this, config);
      this.status({ fill: 'red', shape: 'ring', text: `needs Node.js ${needed} or newer` });
      RED.events.once('flows:started', () => {
        this.error(
          `ES_UNSUPPORTED_RUNTIME: ${errorNames.ES_UNSUPPORTED_RUNTIME} ` +
            `This is ${process.versions.node}; ${type} needs ${needed} or newer.`,
          {},
        );
      });
    });
  };
}
