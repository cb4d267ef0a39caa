import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { demoPhoneNumberId, houseFlow, missingTypes } from '../hosts/house-flow.ts';
import { hostPrograms, hostUnderTest, type HostName } from '../hosts/install.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { emptyUserFolder, installPacked, packPackage } from '../hosts/packed-package.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';

const settleMs = 15_000;
const watchMs = 60_000;
const token = 'footprint-token';
/** Types that open a source of their own. */
const sources = ['rtsp-in', 'mic-in'];

/**
 * What the package costs where it is installed: disk, seconds, memory, and time of the main loop, beside a Node-RED
 * without it on the same machine. NODE_UNDER_TEST names the host; nr5 if unset.
 */
export default async function footprint(): Promise<Record<string, unknown>> {
  const name = hostUnderTest() ?? 'nr5';
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-footprint-'));
  const { node, nodeRed, npm } = await hostPrograms(name);
  // What a cache holds differs from machine to machine; an empty one does not.
  process.env.npm_config_cache = join(folder, 'npm-cache');
  try {
    const packed = await packPackage(folder);
    const userDir = emptyUserFolder();
    console.error('installing, with an empty npm cache');
    const started = performance.now();
    await installPacked(packed.tarball, userDir, name);
    const seconds = (performance.now() - started) / 1000;
    const installed = bytesIn(join(userDir, 'node_modules'));

    const bare = await measureBare(name);
    const ours = await measureOurs(name, userDir);
    return {
      install_mb: megabytes(installed),
      tarball_mb: megabytes(packed.size),
      install_s: Math.round(seconds * 10) / 10,
      npm_cache: 'empty',
      idle_rss_mb: ours.idle.rssMb,
      bare_rss_mb: bare.rssMb,
      camera_rss_mb: ours.camera.rssMb,
      loop_p99_ms: ours.camera.p99Ms,
      idle_loop_p99_ms: ours.idle.p99Ms,
      bare_loop_p99_ms: bare.p99Ms,
      ...{ platform: `${process.platform}-${process.arch}`, node: versionOf(join(node, '..', '..')) },
      ...{ npm: versionOf(join(npm ?? '', '..', '..')), node_red: versionOf(join(nodeRed, '..')) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Cost {
  rssMb: number;
  p99Ms: number;
}

async function measureBare(name: HostName): Promise<Cost> {
  console.error('Node-RED without the package');
  const host = await NodeRedHost.start({ TEST_WATCH_LOOP: '1' }, emptyUserFolder(), name);
  try {
    return await watch(host);
  } finally {
    await host.stop();
  }
}

async function measureOurs(name: HostName, userDir: string): Promise<{ idle: Cost; camera: Cost }> {
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId: demoPhoneNumberId });
  const camera = await startDemoCamera();
  const env = { TEST_WATCH_LOOP: '1', ECHOSIGHT_SOURCE_1: camera.url, ECHOSIGHT_SANDBOX_URL: sandbox.url };
  const host = await NodeRedHost.start(env, userDir, name);
  try {
    const house = houseFlow(token);
    const all = [
      ...house,
      ...missingTypes(house).map((node): FlowNode => ({ ...node, d: sources.includes(node.type) })),
    ];
    console.error('every node, no source');
    await host.deploy(all.map((node) => (sources.includes(node.type) ? { ...node, d: true } : node)));
    const idle = await watch(host);
    console.error('one demo camera');
    await host.deploy(house);
    return { idle, camera: await watch(host) };
  } finally {
    await host.stop();
    await camera.stop();
    await sandbox.close();
  }
}

/** Lets it settle, then watches for a minute. */
async function watch(host: NodeRedHost): Promise<Cost> {
  await sleep(settleMs);
  host.send('watch-loop');
  await sleep(watchMs);
  host.seen.length = 0;
  host.send('report-loop');
  const { payload } = await host.waitFor('loop', () => true);
  const { rss, p99Ms } = payload as { rss: number; p99Ms: number };
  return { rssMb: megabytes(rss), p99Ms: Math.round(p99Ms * 10) / 10 };
}

/** Bytes of all files below a folder; links are not followed. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((entry) => lstatSync(join(folder, entry)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
