import type { FlowNow, FlowSource } from '../contracts/register.ts';
import type { SourceHealth } from '../contracts/health.ts';
import type { Site } from './site.ts';

/** Which node brings what. */
const nodeTypes = { camera: 'rtsp-in', microphone: 'mic-in' } as const satisfies Record<SourceHealth['type'], string>;

/**
 * What the flow of a Site has now, for the register. A stream of the store that is stopped is still there.
 * @throws SentinelError ES_DATABASE
 */
export async function flowNow({
  id,
  name,
  timeZone,
  health,
  streams,
}: Pick<Site, 'id' | 'name' | 'timeZone' | 'health' | 'streams'>): Promise<FlowNow> {
  const sources = new Map<string, FlowSource>();
  const nodeType = nodeTypes.camera;
  for (const { source, name: title, area } of await streams.list()) {
    sources.set(source, { name: source, kind: 'camera', nodeType, area, title });
  }
  // A microphone may bear the name of the camera beside it.
  const heard = health.sources.toSorted(
    (one, other) => Number(other.type === 'camera') - Number(one.type === 'camera'),
  );
  for (const { source, type: kind, area } of heard) {
    if (!sources.has(source))
      sources.set(source, { name: source, kind, nodeType: nodeTypes[kind], area, title: source });
  }
  return { site: { id, name, timeZone }, sources: [...sources.values()] };
}
