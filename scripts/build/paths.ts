import { join } from 'node:path';
import { nodeConfigs, type NodeType } from '../../src/contracts/configs.ts';

export const root = join(import.meta.dirname, '..', '..');
export const dist = join(root, 'dist');

/** Languages of the editor; the first is Node-RED's fallback, and its help stands in help.md. */
export const languages = ['en-US', 'de'] as const;

/** Every node type of the palette, each with a folder in nodes/. */
export const nodeTypes = Object.keys(nodeConfigs) as NodeType[];

/** A file of a node's folder. */
export function nodeFile(type: string, ...segments: string[]): string {
  return join(root, 'nodes', type, ...segments);
}
