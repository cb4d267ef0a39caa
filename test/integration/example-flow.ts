import assert from 'node:assert/strict';
import { exampleFlows } from '../../scripts/build/scorecard.ts';
import type { FlowNode } from '../hosts/node-red-host.ts';

/** The nodes of an example, without the tab and the groups that they stand in. */
export function exampleFlow(name: string): FlowNode[] {
  const example = exampleFlows().find(({ file }) => file === `examples/${name}.json`);
  assert.ok(example, name);
  const nodes = (example.nodes as FlowNode[]).filter(({ type }) => type !== 'tab' && type !== 'group');
  for (const node of nodes) delete node.g;
  return nodes;
}
