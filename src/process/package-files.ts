import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

/**
 * Finds files of this package, both when the sources run directly (tests) and from `dist/` (bundled).
 * The only module that knows the difference.
 */
const here = fileURLToPath(import.meta.url);
const fromSource = here.endsWith('.ts');
const root = fromSource ? join(dirname(here), '..', '..') : packageRootOf(dirname(here));

/** In dist a bundle lies in dist/ or dist/workers/. */
function packageRootOf(folder: string): string {
  return folder.endsWith('workers') ? join(folder, '..', '..') : join(folder, '..');
}

const workers = {
  vision: 'src/vision/worker.ts',
  audio: 'src/audio/worker.ts',
  training: 'src/audio/training/worker.ts',
  'trial-watch': 'src/inference/trial-watch.ts',
  'model-making': 'src/inference/making-worker.ts',
  database: 'src/database/worker.ts',
  trust: 'src/evidence/trust/trust-worker.ts',
  inspection: 'src/database/inspection-worker.ts',
} as const;
export type WorkerName = keyof typeof workers;

/** Absolute path of a worker's entry file. */
export function workerFile(name: WorkerName): string {
  return fromSource ? join(root, workers[name]) : join(root, 'dist', 'workers', `${name}.js`);
}

/** Absolute path of a file of this package, named relative to its root. */
export function packageFile(...segments: string[]): string {
  return join(root, ...segments);
}

let version: string | undefined;
/** Version of this package. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
  return version;
}

/** Clips that come with the package, and where their sources lie. */
export const sampleSources = { intruder: 'scripts/demo/demo-clip.mp4' } as const satisfies Record<string, string>;
export const sampleNames = Object.keys(sampleSources) as (keyof typeof sampleSources)[];

/** Absolute path of a clip that comes with the package; undefined when there is none of that name. */
export function sampleFile(name: string): string | undefined {
  const sample = sampleNames.find((known) => known === name);
  if (sample === undefined) return undefined;
  return fromSource ? join(root, sampleSources[sample]) : join(root, 'dist', 'samples', `${sample}.mp4`);
}

/** Languages of our texts; the first is that of who speaks none of them. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
const localeOf: Readonly<Record<Language, string>> = { en: 'en-US', de: 'de' };

/** The texts of a palette node in a language, as its dialog has them. */
export function nodeTexts(type: string, language: Language): Readonly<Record<string, unknown>> {
  const locale = `${localeOf[language]}.json`;
  const file = fromSource
    ? join(root, 'nodes', type, 'locales', locale)
    : join(root, 'dist', 'locales', localeOf[language], `${type}.json`);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  // The build puts them below the type, as Node-RED wants them.
  return (fromSource ? texts : texts[type]) as Record<string, unknown>;
}

/** Absolute path of a file in `models/`. */
export function modelFile(file: string): string {
  return packageFile('models', file);
}

/**
 * The WebAssembly runtime: its script, and what that loads when a model opens. The build copies them from
 * onnxruntime-web, of whose 139 MB they are all that Node.js needs.
 * @throws Error when the sources run without onnxruntime-web.
 */
export function wasmRuntimeFiles(): { script: string; loader: string; binary: string } {
  const require = createRequire(import.meta.url);
  const folder = fromSource ? dirname(require.resolve('onnxruntime-web')) : join(root, 'dist', 'wasm');
  return {
    script: join(folder, 'ort.node.min.js'),
    loader: join(folder, 'ort-wasm-simd-threaded.mjs'),
    binary: join(folder, 'ort-wasm-simd-threaded.wasm'),
  };
}

/** Source file and name of every worker, for the build. */
export const workerSources: Readonly<Record<WorkerName, string>> = workers;
