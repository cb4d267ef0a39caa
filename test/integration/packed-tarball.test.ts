import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { nodeTypes, root } from '../../scripts/build/paths.ts';
import { runtimeSupported } from '../../src/red/runtime-guard.ts';
import { packPackage, type PackedPackage } from '../hosts/packed-package.ts';

const run = promisify(execFile);

/** What `npm publish` would send; packed-nr5 and packed-nr41 install and use it. */
describe('the packed package', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-pack-'));
  let packed: PackedPackage;

  before(async () => {
    packed = await packPackage(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('holds what runs and nothing else', () => {
    const { files } = packed;
    for (const type of nodeTypes) {
      for (const file of [`dist/${type}.js`, `dist/${type}.html`, `dist/icons/${type}.svg`]) {
        assert.ok(files.includes(file), file);
      }
    }
    for (const file of ['dist/engine.js', 'dist/workers/vision.js', 'models/catalog.json', 'LICENSE', 'README.md']) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => !/^(dist|models|examples|settings)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(file)),
      [],
    );
    for (const file of files.filter((name) => name.startsWith('dist/'))) {
      assert.ok(!readFileSync(join(root, file), 'utf8').includes(root), `${file} names a folder of this machine`);
    }
  });

  test('satisfies publint', async () => {
    const bytes = new Uint8Array(readFileSync(packed.tarball));
    const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes.buffer } });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test('below Node.js 22.14 every type registers, says what is needed, and loads nothing else', async (t) => {
    const old = await olderNode();
    if (old === undefined) {
      t.skip('the system has no Node.js older than 22.14');
      return;
    }
    const script = join(folder, 'old-node.cjs');
    writeFileSync(script, oldNodeScript);
    await run('tar', ['-xzf', packed.tarball, '-C', folder]);
    const { stdout } = await run(old, [script, join(folder, 'package'), ...nodeTypes]);
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
});

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
