import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { sampleSources, wasmRuntimeFiles, workerSources } from '../../src/process/package-files.ts';
import { dist, nodeFile, nodeTypes, root } from './paths.ts';

interface Manifest {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** CommonJS for Node-RED; what npm installs beside us stays outside, pure JavaScript of ours and others goes in. */
const shared: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  external: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  legalComments: 'eof',
  logLevel: 'warning',
};

/** Node files share one engine, loaded once per process; a node that imports anything else is in the wrong room. */
const engineStaysOutside: Plugin = {
  name: 'engine-stays-outside',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?\// }, ({ path }) =>
      path === '../../src/engine.ts'
        ? { path: '../engine.js', external: true }
        : { errors: [{ text: `Node files import src/engine.ts alone, not ${path}` }] },
    );
  },
};

/** The engine, its workers, one file per node, the entries that Node-RED loads, and the command line program. */
export async function buildRuntime(): Promise<void> {
  await Promise.all([
    build({ ...shared, entryPoints: [join(root, 'src/engine.ts')], outfile: join(dist, 'engine.js') }),
    build({
      ...shared,
      entryPoints: Object.entries(workerSources).map(([out, source]) => ({ in: join(root, source), out })),
      outdir: join(dist, 'workers'),
    }),
    build({
      ...shared,
      entryPoints: nodeTypes.map((type) => ({ in: nodeFile(type, 'node.ts'), out: type })),
      outdir: join(dist, 'nodes'),
      plugins: [engineStaysOutside],
    }),
    // The guard must load on the Node.js versions that it turns away.
    build({
      ...shared,
      target: 'node16',
      entryPoints: [join(root, 'src/red/runtime-guard.ts')],
      outfile: join(dist, 'runtime-guard.js'),
    }),
    buildWasmRuntime(),
    ...nodeTypes.map((type) => writeFile(join(dist, `${type}.js`), entry(type))),
    ...Object.entries(sampleSources).map(([name, source]) =>
      cp(join(root, source), join(dist, 'samples', `${name}.mp4`)),
    ),
    writeFile(join(dist, 'cli.js'), commandLine, { mode: 0o755 }),
  ]);
}

/** onnxruntime-web without the builds for browsers: its script for Node.js with what that requires, and its binary. */
async function buildWasmRuntime(): Promise<void> {
  const { script, loader, binary } = wasmRuntimeFiles();
  const folder = join(dist, 'wasm');
  const small: BuildOptions = {
    ...{ minify: true, platform: 'node', target: 'node22', logLevel: 'warning' },
    banner: { js: '/*! ONNX Runtime Web and Common, Copyright (c) Microsoft Corporation, MIT License */' },
  };
  const out = (file: string): string => join(folder, basename(file));
  await Promise.all([
    build({ ...small, bundle: true, format: 'cjs', entryPoints: [script], outfile: out(script) }),
    build({ ...small, format: 'esm', entryPoints: [loader], outfile: out(loader) }),
    cp(binary, out(binary)),
  ]);
}

function entry(type: string): string {
  return `'use strict';
const { guardRuntime } = require('./runtime-guard.js');

module.exports = guardRuntime('${type}', () => require('./nodes/${type}.js').default);
`;
}

/** The program `echosight`. */
const commandLine = `#!/usr/bin/env node
'use strict';
const { guardCommand } = require('./runtime-guard.js');

guardCommand(() => require('./engine.js').runCommandLine);
`;
