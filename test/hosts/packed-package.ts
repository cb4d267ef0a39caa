import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildIsStale } from '../../scripts/build.ts';
import { root } from '../../scripts/build/paths.ts';
import { hostPrograms, runNpm, type HostName } from './install.ts';

export const packageName = '@echosight/node-red-sentinel';

/** What `npm publish` would send. */
export interface PackedPackage {
  /** Absolute path of the .tgz file. */
  tarball: string;
  /** Paths in it. */
  files: string[];
  /** Bytes of the .tgz file, and of what is in it. */
  size: number;
  unpackedSize: number;
}

/** Packs the working tree into a folder, built first where that is due. */
export async function packPackage(folder: string): Promise<PackedPackage> {
  if (buildIsStale()) await build();
  mkdirSync(folder, { recursive: true });
  const said = await runNpm(
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    root,
  );
  const [packed] = JSON.parse(said) as {
    filename: string;
    files: { path: string }[];
    size: number;
    unpackedSize: number;
  }[];
  if (packed === undefined) throw new Error(`npm pack said: ${said}`);
  const { filename, files, size, unpackedSize } = packed;
  return { tarball: join(folder, filename), files: files.map(({ path }) => path), size, unpackedSize };
}

/** An empty Node-RED user folder. onnxruntime-node's install script would fetch CUDA and fails where it cannot. */
export function emptyUserFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-user-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-project', private: true }));
  writeFileSync(join(folder, '.npmrc'), 'onnxruntime-node-install=skip\n');
  return folder;
}

/**
 * Installs the package as the palette manager of that Node-RED does: with the npm that it brings, and its options.
 * @returns what npm said. @throws RegistryUnreachable
 */
export async function installPacked(tarball: string, userDir: string, name: HostName): Promise<string> {
  const { node, npm } = await hostPrograms(name);
  if (npm === undefined) throw new Error(`${name} brings no npm`);
  const options = ['--no-update-notifier', '--save', '--save-prefix=~', '--omit=dev', '--engine-strict'];
  return await runNpm(['install', ...options, '--', tarball], userDir, { node, npm });
}
