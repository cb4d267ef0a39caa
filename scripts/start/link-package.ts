import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

/** Makes a Node-RED user folder find this package, wherever the repository was moved to since the last start. */
export function linkPackage(folder: string): void {
  const scope = join(folder, 'node_modules', '@echosight');
  mkdirSync(scope, { recursive: true });
  const link = join(scope, 'node-red-sentinel');
  if (linkTarget(link) !== root) {
    rmSync(link, { force: true, recursive: true });
    symlinkSync(root, link, 'junction');
  }
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) return;
  const dependencies = { '@echosight/node-red-sentinel': `file:${root}` };
  writeFileSync(manifest, JSON.stringify({ name: 'sentinel-demo', private: true, dependencies }, null, 2));
}

/** Where a link points, also when nothing is there any more. */
function linkTarget(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isSymbolicLink() === true ? resolve(readlinkSync(path)) : undefined;
}
