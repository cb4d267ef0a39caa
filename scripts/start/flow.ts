import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseSourceAddress, withCredentials, type SourceAddress } from '../../src/network/address.ts';
import { sealCredentials } from './secrets.ts';

interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  [setting: string]: unknown;
}

/** One camera of the flow; `address` is what the environment variable of the flow will hold. */
export interface FlowSource {
  name: string;
  address: string;
  username?: string;
  password?: string;
}

const root = join(import.meta.dirname, '..', '..');
const demoFlow = join(root, 'flows', 'demo.json');

/** Sources of the command line as cameras: names that topics can carry, logins kept apart from addresses. */
export function flowSources(sources: readonly string[]): FlowSource[] {
  return sources.map((source, index) => {
    const address = parseSourceAddress(source);
    const { username, password } = address;
    return {
      name: cameraName(address, index),
      address: withCredentials(address, {}),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
  });
}

/**
 * Writes the Node-RED user folder: our package linked in, the flow with one camera per source, and its credentials sealed.
 * A flow that somebody edited in the editor is kept, and without a source none is written.
 * @returns false when an edited flow was kept although the sources have changed.
 */
export function prepareUserFolder(
  folder: string,
  sources: readonly FlowSource[],
  secrets: { sandboxToken: string | undefined; credentialSecret: string },
): boolean {
  linkPackage(folder);
  const { sandboxToken, credentialSecret } = secrets;
  if (sources.length === 0) return true;
  const flowFile = join(folder, 'flows.json');
  const writtenFile = join(folder, '.flow-written-by-start');
  const flow = JSON.stringify(composeFlow(sources, sandboxToken !== undefined), null, 2);
  const before = existsSync(writtenFile) ? readFileSync(writtenFile, 'utf8') : '';
  const edited = existsSync(flowFile) && hash(readFileSync(flowFile, 'utf8')) !== before;
  if (edited) return before === hash(flow);
  const credentials: Record<string, Record<string, string>> = {};
  if (sandboxToken !== undefined) credentials['demo-whatsapp'] = { accessToken: sandboxToken };
  sources.forEach(({ username, password }, index) => {
    if (username !== undefined) credentials[cameraId(index)] = { username, password: password ?? '' };
  });
  writeFileSync(flowFile, flow);
  writeFileSync(join(folder, 'flows_cred.json'), sealCredentials(credentials, credentialSecret), {
    mode: 0o600,
  });
  writeFileSync(writtenFile, hash(flow));
  return true;
}

/** The demo flow with as many cameras as there are sources, each wired like the first; without a sandbox, without WhatsApp. */
function composeFlow(sources: readonly FlowSource[], sandbox: boolean): FlowNode[] {
  const whole = JSON.parse(readFileSync(demoFlow, 'utf8')) as FlowNode[];
  const flow = whole.filter((candidate) => sandbox || !candidate.type.includes('whatsapp'));
  const camera = node(flow, 'sentinel-camera');
  const ingest = node(flow, 'rtsp-in');
  const others = flow.filter((candidate) => candidate !== camera && candidate !== ingest);
  const cameras = sources.flatMap((source, index) => [
    { ...camera, id: cameraId(index), name: source.name, address: `\${ECHOSIGHT_SOURCE_${index + 1}}` },
    {
      ...ingest,
      id: index === 0 ? ingest.id : `${ingest.id}-${index + 1}`,
      camera: cameraId(index),
      y: Number(ingest.y) + index * 100,
    },
  ]);
  const all: FlowNode[] = [...others, ...cameras];
  const present = new Set(all.map(({ id }) => id));
  return all.map((one) =>
    one.wires === undefined ? one : { ...one, wires: one.wires.map((wire) => wire.filter((id) => present.has(id))) },
  );
}

function cameraId(index: number): string {
  return `demo-camera-${index + 1}`;
}

function node(flow: readonly FlowNode[], type: string): FlowNode {
  const found = flow.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`flows/demo.json has no ${type}`);
  return found;
}

function cameraName(address: SourceAddress, index: number): string {
  const raw = address.protocol === 'file' || address.protocol === 'device' ? basename(address.location) : '';
  const name = raw.replace(/[^a-zA-Z0-9_-]+/g, '-').slice(0, 40);
  return name === '' ? `camera-${index + 1}` : name;
}

function linkPackage(folder: string): void {
  const scope = join(folder, 'node_modules', '@echosight');
  mkdirSync(scope, { recursive: true });
  const link = join(scope, 'node-red-sentinel');
  if (!existsSync(link)) symlinkSync(root, link, 'junction');
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) return;
  const dependencies = { '@echosight/node-red-sentinel': `file:${root}` };
  writeFileSync(manifest, JSON.stringify({ name: 'sentinel-demo', private: true, dependencies }, null, 2));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
