import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { nodeTypes } from '../../scripts/build/paths.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { Delivery, Detections, Incident } from '../../src/contracts/messages.ts';
import { personJpeg } from '../demo-media.ts';
import { demoPhoneNumberId, houseFlow, missingTypes } from '../hosts/house-flow.ts';
import { hostPrograms, RegistryUnreachable, runNpm, type HostName } from '../hosts/install.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { emptyUserFolder, installPacked, packageName, packPackage } from '../hosts/packed-package.ts';
import { dashboardPages } from '../e2e/dashboard-host.ts';
import { requirement } from '../requirements.ts';
import { startDemoCamera } from './demo-camera.ts';
import { assertDialogsOpen } from './editor-walk.ts';

const token = 'packed-token-8c1d';
/** The other pages of the dashboard, and what each says that works. */
const pages = {
  history: /by reason/i,
  system: /cameras and microphones/i,
  rules: /of \d+ count now/,
  accounts: /no accounts yet/,
  'sound-lab': /drop a/i,
} as const;

/** What `npm publish` would send, installed into a fresh user folder of a Node-RED with the npm that it brings. */
export function testPackedOn(name: HostName): void {
  describe(`the packed package on ${name}`, { timeout: 380_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-pack-'));
    const userDir = emptyUserFolder();
    const installed = join(userDir, 'node_modules', packageName);
    let unreachable: RegistryUnreachable | undefined;
    let camera: Awaited<ReturnType<typeof startDemoCamera>>;
    let sandbox: Sandbox;
    let host: NodeRedHost | undefined;

    before(async () => {
      const { tarball } = await packPackage(folder);
      camera = await startDemoCamera();
      sandbox = await startSandbox({ port: 0, token, phoneNumberId: demoPhoneNumberId });
      try {
        await installPacked(tarball, userDir, name);
        host = await startHouse();
      } catch (error) {
        if (!(error instanceof RegistryUnreachable)) throw error;
        unreachable = error;
      }
    });
    after(async () => {
      await host?.stop();
      await sandbox.close();
      await camera.stop();
      for (const left of [folder, userDir]) rmSync(left, { recursive: true, force: true });
    });

    test('every node type registers', async (t) => {
      const house = running(t);
      if (house === undefined) return;
      const response = await fetch(`${house.url}/nodes`, { headers: { accept: 'application/json' } });
      const sets = (await response.json()) as { module: string; types: string[]; enabled: boolean; err?: string }[];
      const ours = sets.filter(({ module }) => module === packageName);
      assert.deepEqual(ours.flatMap(({ types }) => types).sort(), [...nodeTypes].sort());
      assert.deepEqual(
        ours.filter(({ enabled, err }) => !enabled || err !== undefined),
        [],
      );
    });

    test('the program echosight is found by npx under both names, and examines the running house', async (t) => {
      const house = running(t);
      if (house === undefined) return;
      const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
      const { node, npm = '' } = await hostPrograms(name);
      for (const command of ['echosight', packageName]) {
        const answer = await runNpm(['exec', '--no', '--', command, '--version'], userDir, { node, npm });
        assert.equal(answer.trim().split('\n').at(-1), version);
      }
      const child = spawn(node, [
        join(userDir, 'node_modules/.bin/echosight'),
        'doctor',
        '--offline',
        '--user-dir',
        userDir,
      ]);
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await once(child, 'close');
      assert.match(said, /^ok +Models +nanodet-g-416: The file is whole and runs/m);
      assert.match(said, /\d+ ok, \d+ warnings?, \d+ problems?, \d+ skipped\.\n$/);
      assert.ok(!said.includes(token));
    });

    test('a pane breaks while somebody is in view: the alert comes with its picture, the evidence is served', async (t) => {
      const house = running(t);
      if (house === undefined) return;
      const stored = await house.waitFor('kept', ({ payload }) => hasSnapshot(payload as Incident), 120_000);
      const snapshot = (stored.payload as Incident).evidence?.find(({ type }) => type === 'snapshot');
      const served = await fetch(`${house.url}/echosight/api/v1/evidence/${snapshot?.id}`);
      assert.equal(served.status, 200);
      assert.equal((await served.arrayBuffer()).byteLength, snapshot?.bytes);

      for (const part of ['text', 'image'] as const) {
        await house.waitFor('told', ({ payload }) => {
          const delivery = payload as Delivery;
          return delivery.part === part && delivery.status === 'accepted';
        });
      }
      assert.ok(sandbox.messages.some(({ type, text }) => type === 'text' && text.includes('breaking glass')));
      assert.ok(sandbox.messages.some(({ type }) => type === 'image'));
      if (process.platform === 'linux') assert.equal(openDatabases(house.pid), 1);
    });

    test('the editor knows every node, and every dialog opens', async (t) => {
      const house = running(t);
      if (house === undefined || !requirement(t, findBrowser() !== undefined, 'a browser (CHROMIUM_PATH)')) return;
      const browser = await launchBrowser();
      try {
        await assertDialogsOpen(browser, house.url);
      } finally {
        await browser.close();
      }
    });

    test('the dashboard shows the incident, and every other page of it', async (t) => {
      const house = running(t);
      if (house === undefined || !requirement(t, findBrowser() !== undefined, 'a browser (CHROMIUM_PATH)')) return;
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        const faults: string[] = [];
        page.on('pageerror', (error) => faults.push(error.message));
        await page.goto(`${house.url}/dashboard/incidents`);
        await page
          .getByText(/breaking glass/i)
          .first()
          .waitFor();
        for (const [path, words] of Object.entries(pages)) {
          await page.goto(`${house.url}/dashboard/${path}`);
          await page.getByText(words).first().waitFor({ timeout: 60_000 });
        }
        assert.deepEqual(faults, []);
      } finally {
        await browser.close();
      }
    });

    test('nothing went wrong meanwhile, and no line of the log speaks of errors or of what is deprecated', (t) => {
      const house = running(t);
      if (house === undefined) return;
      assert.deepEqual(house.messages('errors'), []);
      const lines = house.log.split('\n').filter((line) => /\[(error|fatal)\]|deprecat|Warning:/i.test(line));
      assert.deepEqual(lines, []);
      assert.ok(!house.log.includes(token), 'the log holds the access token');
    });

    for (const backend of ['onnxruntime-node', 'onnxruntime-web']) {
      test(`${backend} finds the person in a picture`, async (t) => {
        const house = running(t);
        if (house === undefined) return;
        const native = join(userDir, 'node_modules', 'onnxruntime-node');
        if (backend === 'onnxruntime-web') {
          await house.stop({ keepFolder: true });
          renameSync(native, `${native}-away`);
          host = await NodeRedHost.start({}, userDir, name);
        }
        await running(t)?.deploy([...pictureFlow(), ...watchStatus()]);
        assert.equal(await askForPerson(), backend);
        if (backend === 'onnxruntime-node') return;
        const said = await host?.waitFor('status', ({ status }) => (status as { text: string }).text.includes('wasm'));
        assert.match((said?.status as { text: string }).text, /found, \d+ ms \(wasm/);
      });
    }

    /** The Node-RED under test; skips the test where it could not be installed. */
    function running(t: TestContext): NodeRedHost | undefined {
      if (unreachable === undefined) return host;
      requirement(t, false, `the npm registry (${unreachable.message})`);
      return undefined;
    }

    async function startHouse(): Promise<NodeRedHost> {
      const env = { ECHOSIGHT_SOURCE_1: camera.url, ECHOSIGHT_SANDBOX_URL: sandbox.url };
      const started = await NodeRedHost.start(env, userDir, name);
      const house = houseFlow(token, { 'evidence-store': 'kept', 'whatsapp-out': 'told' });
      const dashboard = dashboardPages(
        ['Incidents', 'History', 'System', 'Rules', 'Accounts', 'Sound lab'],
        join(installed, 'examples', 'Dashboard'),
      );
      await started.deploy([
        ...house,
        ...missingTypes(house),
        ...dashboard,
        probe('kept'),
        probe('told'),
        ...catchAll(),
      ]);
      return started;
    }

    /** An example flow, as it lies in the package. */
    function example(...path: string[]): FlowNode[] {
      return JSON.parse(readFileSync(join(installed, 'examples', ...path), 'utf8')) as FlowNode[];
    }

    function pictureFlow(): FlowNode[] {
      const file = readdirSync(join(installed, 'examples')).find((name) =>
        name.endsWith('Detect in a picture (http).json'),
      );
      assert.ok(file);
      return example(file).filter(({ type }) => type !== 'tab');
    }

    /** Posts a picture to the example flow. @returns the runtime that found the person. */
    async function askForPerson(): Promise<string> {
      const headers = { 'content-type': 'image/jpeg' };
      const response = await fetch(`${host?.url}/detect`, { method: 'POST', headers, body: await personJpeg() });
      assert.equal(response.status, 200, host?.log);
      const { objects, backend } = (await response.json()) as Detections;
      assert.ok(objects.some(({ label, score }) => label === 'person' && score > 0.5));
      return backend;
    }
  });
}

function hasSnapshot({ severity, evidence = [] }: Incident): boolean {
  return severity === 3 && evidence.some(({ type }) => type === 'snapshot');
}

/** How many times a process has the database file of a site open. */
function openDatabases(pid: number): number {
  const descriptors = `/proc/${pid}/fd`;
  const targets = readdirSync(descriptors).map((fd) => {
    try {
      return readlinkSync(join(descriptors, fd));
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.endsWith('sentinel.db')).length;
}
