import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FlowWishes } from './environment.ts';
import type { OtherChannel } from './other-channels.ts';
import type { FlowSource } from './flow-sources.ts';

const require = createRequire(import.meta.url);

export interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  [setting: string]: unknown;
}

const demoFlow = join(import.meta.dirname, '..', '..', 'flows', 'demo.json');
const dashboardFlows = join(import.meta.dirname, '..', '..', 'examples', 'Dashboard');
/** In the order of the menu. Each file brings what the pages share. */
const dashboardPages = ['Incidents', 'History', 'Sound lab', 'System', 'Rules', 'Accounts'] as const;
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
    'mic-in': { area: 'home' },
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

/** A flow with the settings of the environment: site, rate, mask, cooldown and account. */
export function withWishes(flow: readonly FlowNode[], wishes: FlowWishes): FlowNode[] {
  const { siteName, rate, maskFile, account } = wishes;
  // The clip of the demo repeats every minute: a person's phone must not follow its short pauses.
  const cooldownSeconds = wishes.cooldownSeconds ?? (account === undefined ? undefined : 60);
  const changes: Record<string, object | undefined> = {
    'sentinel-site': siteName === undefined ? undefined : { name: siteName },
    'rtsp-in': rate === undefined ? undefined : { rate },
    'whatsapp-out': {
      ...(cooldownSeconds === undefined ? {} : { cooldownSeconds }),
      ...(account === undefined ? {} : { account: ownAccountId }),
    },
    'sentinel-whatsapp-account': account && {
      ...{ id: ownAccountId, name: 'Alerts', baseUrl: 'https://graph.facebook.com' },
      ...{ phoneNumberId: account.phoneNumberId, recipients: account.recipients },
    },
  };
  const mask = maskFile === undefined ? {} : { maskFile };
  const changed = flow.map((one) => ({ ...one, ...changes[one.type], ...(one.id === cameraId(0) ? mask : {}) }));
  return withChannels(changed, wishes.channels ?? [], cooldownSeconds ?? 60);
}

/** Id of the node that has the secrets of a channel beside WhatsApp: its account, else itself. */
export function secretNodeId(channel: Pick<OtherChannel, 'name' | 'accountType'>): string {
  return channel.accountType === undefined ? outId(channel) : `own-${channel.name}`;
}

function outId({ name }: Pick<OtherChannel, 'name'>): string {
  return `own-${name}-out`;
}

/** A flow that alerts by further channels: they hear of every incident, as whatsapp-out does. */
function withChannels(
  flow: readonly FlowNode[],
  channels: readonly OtherChannel[],
  cooldownSeconds: number,
): FlowNode[] {
  if (channels.length === 0) return [...flow];
  const { z, site, x, y } = node([...flow], 'whatsapp-out');
  const outs = channels.map((channel, index): FlowNode => ({
    ...{ id: outId(channel), type: channel.outType, z, name: '', site, cooldownSeconds },
    ...(channel.accountType === undefined ? channel.settings : { account: secretNodeId(channel) }),
    ...{ x, y: Number(y) + 260 + index * 60, wires: [[], []] },
  }));
  const accounts = channels.flatMap((channel): FlowNode[] =>
    channel.accountType === undefined
      ? []
      : [{ id: secretNodeId(channel), type: channel.accountType, name: 'Alerts', ...channel.settings }],
  );
  const told = flow.map((one) =>
    one.type === 'fuse-severity'
      ? {
          ...one,
          wires: (one.wires ?? []).map((wire, output) =>
            output === 0 ? [...wire, ...outs.map(({ id }) => id)] : wire,
          ),
        }
      : one,
  );
  return [...told, ...outs, ...accounts];
}

/** A flow that listens to the microphone of this machine: by itself the demo does not. */
export function withMicrophone(flow: readonly FlowNode[]): FlowNode[] {
  return flow.map((one) => (one.type === 'mic-in' ? { ...one, d: undefined } : one));
}

/** How a flow uses microphones: not at all, to judge what they hear, or to record it too. */
export function listening(flow: readonly FlowNode[]): 'off' | 'analyse' | 'record' {
  const off = new Set(flow.filter(({ disabled }) => disabled === true).map(({ id }) => id));
  const microphones = flow.filter(({ type, d, z }) => type === 'mic-in' && d !== true && !off.has(String(z)));
  if (microphones.length === 0) return 'off';
  return microphones.every(({ audio }) => audio === 'analyse') ? 'analyse' : 'record';
}

/** Not the id of the sandbox's account: what waits to be sent there must not go out here. */
export const ownAccountId = 'own-whatsapp';

/** A flow without its WhatsApp nodes, for a start without the sandbox; wires to them go too. */
export function withoutWhatsApp(flow: readonly FlowNode[]): FlowNode[] {
  const kept = flow.filter(({ type }) => !type.includes('whatsapp'));
  const present = new Set(kept.map(({ id }) => id));
  return kept.map((one) =>
    one.wires === undefined ? one : { ...one, wires: one.wires.map((wire) => wire.filter((id) => present.has(id))) },
  );
}

/** A flow and all pages of the dashboard, where Dashboard is installed; pages need no wires. */
export function withDashboard(flow: readonly FlowNode[]): FlowNode[] {
  if (!dashboardIsInstalled()) return [...flow];
  const pages = dashboardPages.flatMap(
    (name) => JSON.parse(readFileSync(join(dashboardFlows, `${name}.json`), 'utf8')) as FlowNode[],
  );
  return [...flow, ...new Map(pages.map((one) => [one.id, one])).values()];
}

/** Path of the page of incidents that a flow has, such as /dashboard/incidents. */
export function dashboardPath(flow: readonly FlowNode[]): string | undefined {
  const page = flow.find(({ id, type }) => type === 'ui-page' && id === 'incidents-page');
  const base = flow.find(({ id, type }) => type === 'ui-base' && id === page?.ui);
  return page === undefined || base === undefined ? undefined : `${String(base.path)}${String(page.path)}`;
}

/** It comes with the development of this package, beside Node-RED, which finds it there. */
function dashboardIsInstalled(): boolean {
  try {
    require.resolve('@flowfuse/node-red-dashboard/package.json');
    return true;
  } catch {
    return false;
  }
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
