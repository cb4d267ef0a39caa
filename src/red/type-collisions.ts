import { nodeConfigs, type NodeType } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { NodeRed } from './node-red.ts';

const ownModule = '@echosight/node-red-sentinel';

/** What Node-RED remembers of its palette: the modules, their files, and the node types in each. */
type Palette = Record<string, { nodes?: Record<string, { types?: string[]; enabled?: boolean; file?: string }> }>;

/** Node-RED tells of these when its palette is loaded, or has changed. */
const tellsOfPalette: readonly string[] = ['runtime-state', 'node/added', 'node/enabled'];

/** Per Node-RED: our types that it took from us, and what was said already. */
const watches = new WeakMap<NodeRed['events'], { taken: Set<NodeType>; said: Set<string> }>();

/**
 * A type that Node-RED took from us. From the first on, types of ours that another module also has are said in the log:
 * Node-RED itself names at most the type, and nothing of ours runs for one that it did not take.
 */
export function registered(RED: NodeRed, type: NodeType): void {
  const present = watches.get(RED.events);
  if (present !== undefined) {
    present.taken.add(type);
    return;
  }
  const watch = { taken: new Set([type]), said: new Set<string>() };
  watches.set(RED.events, watch);
  RED.events.on('runtime-event', ({ id }) => {
    if (!tellsOfPalette.includes(id)) return;
    for (const collision of collisions(RED.settings.get?.('nodes') as Palette | undefined, watch.taken)) {
      const line = collision.toString();
      if (watch.said.has(line)) continue;
      watch.said.add(line);
      RED.log.error(line);
    }
  });
}

/** Types of ours that are switched on, that Node-RED did not take, and that another module has. */
export function collisions(palette: Palette = {}, taken: ReadonlySet<NodeType>): SentinelError[] {
  const own = Object.values(palette[ownModule]?.nodes ?? {});
  const refused = (Object.keys(nodeConfigs) as NodeType[]).filter(
    (type) => !taken.has(type) && own.some(({ types, enabled }) => enabled !== false && types?.includes(type) === true),
  );
  return refused.flatMap((type) =>
    Object.entries(palette)
      .filter(([module]) => module !== ownModule)
      .flatMap(([module, { nodes = {} }]) => {
        const other = Object.values(nodes).find(({ types }) => types?.includes(type) === true);
        return other === undefined ? [] : [collision(type, module, other.file)];
      }),
  );
}

function collision(type: NodeType, module: string, file: string | undefined): SentinelError {
  // Single files in the user folder belong to no package of their own.
  const who = module === 'node-red' ? `the file ${file ?? 'of a user'}` : `the package ${module}`;
  const message = `The node type "${type}" of ${ownModule} is not loaded: ${who} has a node of this name and came first.`;
  return new SentinelError('ES_TYPE_TAKEN', message, { hint: 'Remove one of them and restart Node-RED.' });
}
