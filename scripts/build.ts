import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDashboard } from './build/dashboard.ts';
import { buildEditor } from './build/editor.ts';
import { dist, root } from './build/paths.ts';
import { buildLargerModel } from './build/larger-model.ts';
import { buildRuntime } from './build/runtime.ts';
import { scorecardFaults } from './build/scorecard.ts';

/** Written last: it is there only when everything before it went well. */
const stamp = join(dist, 'package.json');

/** What dist/ is made from. */
const inputs = [
  'src',
  'nodes',
  'icons',
  'dashboard',
  'scripts/build',
  'scripts/build.ts',
  'scripts/demo/demo-clip.mp4',
  'models/catalog.json',
  'models/sound-mapping.json',
  'models/nanodet-g-416.onnx',
  'package.json',
];

/**
 * Builds dist/: engine, workers, nodes and everything for the editor; and the example flows of the dashboard.
 * @throws Error naming everything that a node lacks.
 */
export async function build(): Promise<void> {
  const faults = scorecardFaults();
  if (faults.length > 0) throw new Error(`The nodes are not complete:\n- ${faults.join('\n- ')}`);
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await Promise.all([buildRuntime(), buildEditor(), buildDashboard(), buildLargerModel()]);
  writeFileSync(stamp, '{ "type": "commonjs" }\n');
}

/** True when dist/ is missing, incomplete or older than what it is made from. */
export function buildIsStale(): boolean {
  const built = statSync(stamp, { throwIfNoEntry: false });
  return built === undefined || inputs.some((input) => newest(join(root, input)) > built.mtimeMs);
}

/** Time of the last change in a file or folder; folders count too, since a deleted file changes its folder. */
function newest(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}

if (import.meta.main) {
  const started = performance.now();
  await build();
  console.log(`dist/ built in ${Math.round(performance.now() - started)} ms`);
}
