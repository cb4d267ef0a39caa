import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTypes, root } from '../../scripts/build/paths.ts';
import { exampleFlows } from '../../scripts/build/scorecard.ts';
import type { FlowNode } from './node-red-host.ts';

/** The account of the demo flow. */
export const demoPhoneNumberId = '100000000000001';

/**
 * The flow of `npm start`, with the credentials that it has there. Camera and sandbox come from the environment variables
 * ECHOSIGHT_SOURCE_1 and ECHOSIGHT_SANDBOX_URL.
 * @param probed Probes, by the type of the node whose first output they hear.
 */
export function houseFlow(accessToken: string, probed: Partial<Record<string, string>> = {}): FlowNode[] {
  const flow = JSON.parse(readFileSync(join(root, 'flows', 'demo.json'), 'utf8')) as FlowNode[];
  return flow
    .filter(({ type }) => type !== 'tab')
    .map((node) => {
      const probe = probed[node.type];
      const [first = [], ...others] = node.wires ?? [];
      return {
        ...node,
        ...(probe === undefined ? {} : { wires: [[...first, `probe-${probe}`], ...others] }),
        ...(node.type === 'sentinel-whatsapp-account' ? { credentials: { accessToken } } : {}),
      };
    });
}

/** One node of every type of ours that a flow lacks, set as in the examples, switched off. */
export function missingTypes(flow: readonly FlowNode[]): FlowNode[] {
  const examples = exampleFlows().flatMap(({ nodes }) => nodes as FlowNode[]);
  return nodeTypes
    .filter((type) => !flow.some((node) => node.type === type))
    .map((type) => {
      const example = examples.find((node) => node.type === type);
      if (example === undefined) throw new Error(`no example has a ${type}`);
      return { ...example, d: true, ...(example.wires === undefined ? {} : { wires: example.wires.map(() => []) }) };
    });
}
