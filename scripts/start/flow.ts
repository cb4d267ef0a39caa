import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowSource } from './flow-sources.ts';

export interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  [setting: string]: unknown;
}

const demoFlow = join(import.meta.dirname, '..', '..', 'flows', 'demo.json');
const ingestSpacing = 100;

/** The demo flow as it stands in `flows/`. */
export function demonstration(): FlowNode[] {
  return JSON.parse(readFileSync(demoFlow, 'utf8')) as FlowNode[];
}

/**
 * The demo flow for somebody's own cameras: as many of them as there are sources, each in an area of its own and heard
 * but not recorded, with the package's own defaults for names and pauses.
 */
export function ownCameras(sources: readonly FlowSource[]): FlowNode[] {
  const flow = demonstration();
  const [camera, ingest] = [node(flow, 'sentinel-camera'), node(flow, 'rtsp-in')];
  const changes: Record<string, object> = {
    'sentinel-site': { name: 'Home', siteId: 'home' },
    'whatsapp-out': { cooldownSeconds: 60 },
    tab: { label: 'Home', info: '' },
  };
  const others = flow
    .filter((candidate) => candidate !== camera && candidate !== ingest)
    .map((candidate) => ({ ...candidate, ...changes[candidate.type] }));
  const cameras = sources.flatMap(({ name }, index) => [
    {
      ...{ ...camera, id: cameraId(index), name, area: name, audio: 'analyse' },
      address: `\${ECHOSIGHT_SOURCE_${index + 1}}`,
    },
    {
      ...{ ...ingest, id: index === 0 ? ingest.id : `${ingest.id}-${index + 1}`, camera: cameraId(index) },
      y: Number(ingest.y) + index * ingestSpacing,
    },
  ]);
  return [...others, ...cameras];
}

/** A flow without its WhatsApp nodes, for a start without the sandbox; wires to them go too. */
export function withoutWhatsApp(flow: readonly FlowNode[]): FlowNode[] {
  const kept = flow.filter(({ type }) => !type.includes('whatsapp'));
  const present = new Set(kept.map(({ id }) => id));
  return kept.map((one) =>
    one.wires === undefined ? one : { ...one, wires: one.wires.map((wire) => wire.filter((id) => present.has(id))) },
  );
}

/** Id of a camera's config node. */
export function cameraId(index: number): string {
  return `demo-camera-${index + 1}`;
}

function node(flow: readonly FlowNode[], type: string): FlowNode {
  const found = flow.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`flows/demo.json has no ${type}`);
  return found;
}
