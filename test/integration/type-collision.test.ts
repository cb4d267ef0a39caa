import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { linkedUserFolder, NodeRedHost } from '../hosts/node-red-host.ts';

const register = `module.exports = (RED) => {
  RED.nodes.registerType('rtsp-in', function (config) { RED.nodes.createNode(this, config); });
};`;
const dialog = `<script type="text/html" data-template-name="rtsp-in"></script>`;

/** Node-RED takes a node type from the first module that brings it. */
describe('another package with a node of our name', { timeout: 300_000 }, () => {
  before(async () => {
    if (buildIsStale()) await build();
  });

  test('is named in the log, once, when it came first; our other nodes load', async (t) => {
    const userDir = linkedUserFolder();
    neighbour(userDir, '@aaa/node-red-cameras', { 'rtsp.js': register, 'rtsp.html': dialog });
    const host = await start(t, userDir);
    await host.deploy([{ id: 'judge', type: 'fuse-severity', wires: [[]] }]);
    const [line = '', ...more] = said(host);
    assert.deepEqual(more, []);
    assert.match(line, /\[error\].*"rtsp-in" of @echosight.*the package @aaa\/node-red-cameras .*came first/);
  });

  test('is named too when only its code gives the name away', async (t) => {
    const userDir = linkedUserFolder();
    const both = { 'camera.js': register, 'camera.html': dialog.replace('rtsp-in', 'rtsp-camera') };
    neighbour(userDir, '@aaa/node-red-cameras', both);
    const host = await start(t, userDir);
    assert.equal(said(host).length, 1, host.log);
  });

  test('a file in the user folder counts as well', async (t) => {
    const userDir = linkedUserFolder();
    mkdirSync(join(userDir, 'nodes'));
    writeFileSync(join(userDir, 'nodes', 'rtsp.js'), register);
    writeFileSync(join(userDir, 'nodes', 'rtsp.html'), dialog);
    const host = await start(t, userDir);
    assert.match(said(host).join('\n'), /the file .*rtsp\.js has a node of this name/);
  });

  test('one that came after ours is for Node-RED to name', async (t) => {
    const userDir = linkedUserFolder();
    neighbour(userDir, 'zzz-cameras', { 'rtsp.js': register, 'rtsp.html': dialog });
    const host = await start(t, userDir);
    assert.deepEqual(said(host), []);
    assert.match(host.log, /zzz-cameras\/rtsp\.js\].*already registered by module @echosight\/node-red-sentinel/);
  });
});

function said({ log }: NodeRedHost): string[] {
  return log.split('\n').filter((line) => line.includes('ES_TYPE_TAKEN'));
}

async function start(t: { after(clean: () => Promise<void>): void }, userDir: string): Promise<NodeRedHost> {
  const host = await NodeRedHost.start({}, userDir);
  t.after(() => host.stop());
  return host;
}

/** A package with node files in a user folder. */
function neighbour(userDir: string, name: string, files: Record<string, string>): void {
  const folder = join(userDir, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  const nodes = Object.fromEntries(Object.keys(files).flatMap((file) => (file.endsWith('.js') ? [[file, file]] : [])));
  const manifest = { name, version: '1.0.0', keywords: ['node-red'], 'node-red': { nodes } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}
