import { nodeConfigs, type NodeType } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { NodeSettings } from '../contracts/node-settings.ts';
import { maskedSettings, type RunningNode } from '../site/masked-settings.ts';
import { liveNodes } from './node-context.ts';

/** The nodes of the running flow as admins may see them, by type and name. */
export function runningSettings(): NodeSettings[] {
  const running: RunningNode[] = [];
  const faulty: NodeSettings[] = [];
  for (const { node, reference } of liveNodes()) {
    if (!(node.type in nodeConfigs)) continue;
    const { id, name = '' } = node;
    const type = node.type as NodeType;
    if (reference instanceof SentinelError) {
      faulty.push({ ...{ id, type, name: '', secrets: [] }, fault: reference.name });
    } else running.push({ ...{ id, type, name }, settings: reference.config, credentials: reference.credentials });
  }
  return [...maskedSettings(running), ...faulty].sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}

function placeOf({ type, name, id }: NodeSettings): string {
  return [type, name, id].join('\n');
}
