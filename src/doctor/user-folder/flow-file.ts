import { nodeConfigs, type NodeType } from '../../contracts/configs.ts';
import { asSentinelError } from '../../contracts/errors.ts';
import { readConfig, readCredentials } from '../../contracts/read-config.ts';
import type { FlowPart } from '../installation.ts';
import type { Credentials } from './credential-file.ts';

interface StoredNode {
  id: string;
  type: string;
  name?: string;
  /** Tab, subflow or group that it lies in. */
  z?: string;
  g?: string;
  /** Disabled: `d` says so of a node, `disabled` of a tab. */
  d?: boolean;
  disabled?: boolean;
  env?: { name: string; value: unknown; type: string }[];
}

/**
 * Our nodes in a flow file as Node-RED would start them: without what is disabled, and with environment variables in
 * place.
 * @param credentials Undefined when they could not be read.
 * @throws SyntaxError, TypeError for a file that holds no flow.
 */
export function readFlow(text: string, credentials: Credentials | undefined, env: NodeJS.ProcessEnv): FlowPart[] {
  const stored: unknown = JSON.parse(text);
  const nodes = Array.isArray(stored) ? (stored as unknown[]).filter(isNode) : undefined;
  if (nodes === undefined) throw new TypeError('it is not a list of nodes');
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return nodes
    .filter((node): node is OurNode => Object.hasOwn(nodeConfigs, node.type))
    .filter(({ d, z }) => d !== true && byId.get(z ?? '')?.disabled !== true)
    .map((node) => partOf(node, credentials, variablesOf(node, byId, nodes, env)));
}

type OurNode = StoredNode & { type: NodeType };

function partOf(node: OurNode, credentials: Credentials | undefined, lookup: Variables): FlowPart {
  const { id, type } = node;
  const missing = new Set<string>();
  const remember = (variable: string): string | undefined => {
    const value = lookup(variable);
    if (value === undefined) missing.add(variable);
    return value;
  };
  const part = { id, type, name: node.name ?? '' };
  const stored = credentials?.[id] ?? {};
  try {
    const settings = readConfig(type, { ...node }, remember);
    const login = credentials === undefined ? undefined : readCredentials(type, { credentials: stored }, remember);
    return { ...part, settings, credentials: login };
  } catch (error) {
    return { ...part, settings: asSentinelError(error, 'ES_BAD_CONFIG'), credentials: stored, missing: [...missing] };
  }
}

type Variables = (name: string) => string | undefined;

/** A variable is looked for in the groups and the tab around a node, then in the flow as a whole, then in the process. */
function variablesOf(
  node: StoredNode,
  byId: ReadonlyMap<string, StoredNode>,
  nodes: readonly StoredNode[],
  env: NodeJS.ProcessEnv,
): Variables {
  const around: StoredNode[] = [];
  for (
    let group = byId.get(node.g ?? '');
    group !== undefined && !around.includes(group);
    group = byId.get(group.g ?? '')
  ) {
    around.push(group);
  }
  const scopes = [...around, byId.get(node.z ?? ''), nodes.find(({ type }) => type === 'global-config')];
  return (name) => {
    for (const scope of scopes) {
      const found = scope?.env?.find((entry) => entry.name === name && /^(str|num|bool)$/.test(entry.type));
      if (found !== undefined) return String(found.value);
    }
    return env[name];
  };
}

function isNode(value: unknown): value is StoredNode {
  return (
    typeof value === 'object' && value !== null && 'id' in value && 'type' in value && typeof value.type === 'string'
  );
}
