import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import { nodeTypes, root } from '../../scripts/build/paths.ts';
import type { Detections, Incident } from '../../src/contracts/messages.ts';
import { runtimeSupported } from '../../src/red/runtime-guard.ts';
import { personJpeg } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';

const run = promisify(execFile);
const packageName = '@echosight/node-red-sentinel';

/** What `npm publish` would send, installed like a user does it. */
describe('the packed package', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-pack-'));
  const installed = join(folder, 'node_modules', packageName);
  let tarball = '';
  let files: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
    });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    assert.ok(packed);
    tarball = join(folder, packed.filename);
    files = packed.files.map(({ path }) => path);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-project', private: true }));
    writeFileSync(join(folder, '.npmrc'), 'onnxruntime-node-install=skip\naudit=false\nfund=false\n');
    await run('npm', ['install', tarball], { cwd: folder });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('holds what runs and nothing else', () => {
    for (const type of nodeTypes) {
      for (const file of [`dist/${type}.js`, `dist/${type}.html`, `dist/icons/${type}.svg`]) {
        assert.ok(files.includes(file), file);
      }
    }
    for (const file of ['dist/engine.js', 'dist/workers/vision.js', 'models/catalog.json', 'LICENSE', 'README.md']) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => !/^(dist|models|examples)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(file)),
      [],
    );
    for (const file of files.filter((name) => name.startsWith('dist/'))) {
      assert.ok(!readFileSync(join(root, file), 'utf8').includes(root), `${file} names a folder of this machine`);
    }
  });

  test('satisfies publint', async () => {
    const bytes = new Uint8Array(readFileSync(tarball));
    const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes.buffer } });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test('finds the person in a picture, and all nodes share one Site with one database', async (t) => {
    const host = await startNodeRed(t);
    await assertNodesLoad(host);
    await host.deploy([
      ...pictureFlow(),
      ...['keep', 'keep-2'].map((id) => ({ id, type: 'evidence-store', wires: [['probe-kept']] })),
      { id: 'tell', type: 'whatsapp-out', account: 'account', wires: [[], []] },
      { id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId: '1', recipients: '+15550100001' },
      ...injectIncident('keep', 'keep-2'),
      ...[probe('kept'), ...catchAll(), ...watchStatus()],
    ]);
    assert.equal(await askForPerson(host), 'onnxruntime-node');
    await host.inject('incident');
    await host.waitFor('kept', () => host.messages('kept').length === 2);
    if (process.platform === 'linux') assert.equal(openDatabases(host.pid), 1);
  });

  test('does the same on wasm without onnxruntime-node, and says so', async (t) => {
    rmSync(join(folder, 'node_modules', 'onnxruntime-node'), { recursive: true });
    const host = await startNodeRed(t);
    await host.deploy([...pictureFlow(), ...watchStatus()]);
    assert.equal(await askForPerson(host), 'onnxruntime-web');
    const said = await host.waitFor('status', ({ status }) => (status as { text: string }).text.includes('wasm'));
    assert.match((said.status as { text: string }).text, /found, \d+ ms \(wasm/);
  });

  test('below Node.js 22.14 every type registers, says what is needed, and loads nothing else', async (t) => {
    const old = await olderNode();
    if (old === undefined) {
      t.skip('the system has no Node.js older than 22.14');
      return;
    }
    const script = join(folder, 'old-node.cjs');
    writeFileSync(script, oldNodeScript);
    const { stdout } = await run(old, [script, installed, ...nodeTypes]);
    const report = JSON.parse(stdout) as {
      types: Record<string, { status: unknown; error: string }>;
      loaded: string[];
    };
    assert.deepEqual(Object.keys(report.types).sort(), [...nodeTypes].sort());
    for (const { status, error } of Object.values(report.types)) {
      assert.deepEqual(status, { fill: 'red', shape: 'ring', text: 'needs Node.js 22.14 or newer' });
      assert.match(error, /^ES_UNSUPPORTED_RUNTIME: /);
    }
    const expected = [...nodeTypes.map((type) => `${type}.js`), 'runtime-guard.js'];
    assert.deepEqual(report.loaded.sort(), expected.sort());
  });

  async function startNodeRed(t: { after(clean: () => Promise<void>): void }): Promise<NodeRedHost> {
    const userDir = mkdtempSync(join(tmpdir(), 'sentinel-user-'));
    cpSync(join(folder, 'package.json'), join(userDir, 'package.json'));
    symlinkSync(join(folder, 'node_modules'), join(userDir, 'node_modules'), 'junction');
    const host = await NodeRedHost.start({}, userDir);
    t.after(() => host.stop());
    return host;
  }

  async function assertNodesLoad(host: NodeRedHost): Promise<void> {
    const response = await fetch(`${host.url}/nodes`, { headers: { accept: 'application/json' } });
    const sets = (await response.json()) as { module: string; types: string[]; enabled: boolean; err?: string }[];
    const ours = sets.filter(({ module }) => module === packageName);
    assert.deepEqual(ours.flatMap(({ types }) => types).sort(), [...nodeTypes].sort());
    assert.deepEqual(
      ours.filter(({ enabled, err }) => !enabled || err !== undefined),
      [],
    );
  }

  /** The example flow, as it lies in the package. */
  function pictureFlow(): FlowNode[] {
    const file = join(installed, 'examples', '2 Detect in a picture (http).json');
    const flow = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
    return flow.filter(({ type }) => type !== 'tab');
  }

  /** Posts a picture to the example flow. @returns the runtime that found the person. */
  async function askForPerson(host: NodeRedHost): Promise<string> {
    const body = await personJpeg();
    const headers = { 'content-type': 'image/jpeg' };
    const response = await fetch(`${host.url}/detect`, { method: 'POST', headers, body });
    assert.equal(response.status, 200, host.log);
    const { objects, backend } = (await response.json()) as Detections;
    assert.ok(objects.some(({ label, score }) => label === 'person' && score > 0.5));
    const drawn = await fetch(`${host.url}/detect/picture`, { method: 'POST', headers, body });
    assert.equal(drawn.headers.get('content-type'), 'image/jpeg');
    const { format } = await sharp(await drawn.arrayBuffer()).metadata();
    assert.equal(format, 'jpeg');
    return backend;
  }
});

function injectIncident(...targets: string[]): FlowNode[] {
  const now = Date.now();
  const incident: Incident = {
    ...{ v: 1, kind: 'incident', site: 'home', area: 'hall', source: 'fusion', capturedAt: now },
    ...{ id: 'packed', phase: 'start', severity: 1, label: 'Test', reason: 'test', confidence: 1 },
    ...{ sources: ['test'], signals: [], startedAt: now, updatedAt: now, explanation: ['A test.'] },
  };
  const props = [{ p: 'payload', v: JSON.stringify(incident), vt: 'json' }];
  return [{ id: 'incident', type: 'inject', props, repeat: '', crontab: '', once: false, wires: [targets] }];
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

/** The first Node.js on the PATH that the package does not support. */
async function olderNode(): Promise<string | undefined> {
  for (const entry of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(entry, 'node');
    if (!existsSync(program)) continue;
    const { stdout } = await run(program, ['-p', 'process.versions.napi']);
    if (!runtimeSupported(stdout)) return program;
  }
  return undefined;
}

/** Loads every node with a stand-in for RED, makes one of each, and says what happened and what was loaded. */
const oldNodeScript = `
const { basename, join } = require('node:path');
const [folder, ...types] = process.argv.slice(2);
const report = { types: {} };
for (const type of types) {
  const registered = (name, construct) => {
    const said = (report.types[name] = {});
    construct.call({ status: (look) => (said.status = look), error: (text) => (said.error = String(text)) }, { id: 'x', type: name });
  };
  require(join(folder, 'dist', type + '.js'))({ nodes: { createNode() {}, registerType: registered }, events: { once: (_event, call) => call() } });
}
report.loaded = Object.keys(require.cache).filter((file) => file !== __filename).map((file) => basename(file));
console.log(JSON.stringify(report));
`;
