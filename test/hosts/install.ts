import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { userEnvironment } from './user-environment.ts';

/** Hosts under test: a Node-RED with its Node.js and npm, locked in a folder beside this file. */
const hostNames = ['nr5', 'nr41'] as const;
export type HostName = (typeof hostNames)[number];

/** What runs a Node-RED. */
export interface HostPrograms {
  node: string;
  nodeRed: string;
  /** npm's own script, for `node`; undefined for the Node-RED of the repository. */
  npm: string | undefined;
}

/** The host that NODE_UNDER_TEST names; undefined stands for the repository's own Node-RED. */
export function hostUnderTest(): HostName | undefined {
  const name = process.env.NODE_UNDER_TEST;
  if (name === undefined || name === '') return undefined;
  const known = hostNames.find((host) => host === name);
  if (known !== undefined) return known;
  throw new Error(`NODE_UNDER_TEST is "${name}"; it can be ${hostNames.join(' or ')}.`);
}

/**
 * The programs of a host, installed first where they are absent or older than its lock.
 * @throws RegistryUnreachable, or an Error with what npm said.
 */
export async function hostPrograms(name = hostUnderTest()): Promise<HostPrograms> {
  if (name === undefined) {
    const require = createRequire(import.meta.url);
    return { node: process.execPath, nodeRed: require.resolve('node-red/red.js'), npm: undefined };
  }
  const folder = join(import.meta.dirname, name);
  await installOnce(folder);
  const modules = join(folder, 'node_modules');
  return {
    node: join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    nodeRed: join(modules, 'node-red', 'red.js'),
    npm: join(modules, 'npm', 'bin', 'npm-cli.js'),
  };
}

export class RegistryUnreachable extends Error {}

/** Two test processes may ask at once: the first installs, the others wait for it. */
async function installOnce(folder: string): Promise<void> {
  const held = join(folder, '.installing');
  while (!isInstalled(folder)) {
    if (take(held)) {
      try {
        await runNpm(['ci'], folder);
        writeFileSync(stampOf(folder), lockDigest(folder));
      } finally {
        rmSync(held);
      }
    } else {
      await sleep(250);
    }
  }
}

function isInstalled(folder: string): boolean {
  const stamp = stampOf(folder);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest(folder);
}

/** Written when the install has ended well. */
function stampOf(folder: string): string {
  return join(folder, 'node_modules', '.installed-from');
}

function lockDigest(folder: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
}

/** Takes the lock file, also from a process that has died. */
function take(held: string): boolean {
  try {
    writeFileSync(held, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = existsSync(held) ? Number(readFileSync(held, 'utf8')) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(held, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs npm in a folder as a user does: the given one, or the one of the system.
 * @throws RegistryUnreachable, or an Error with what npm said. @returns what npm said.
 */
export async function runNpm(
  args: readonly string[],
  folder: string,
  programs?: { node: string; npm: string },
): Promise<string> {
  const all = ['--no-audit', '--no-fund', ...args];
  const child =
    programs === undefined
      ? spawn('npm', all, { cwd: folder, env: userEnvironment(), shell: process.platform === 'win32' })
      : spawn(programs.node, [programs.npm, ...all], { cwd: folder, env: userEnvironment(dirname(programs.node)) });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return said;
  const unreachable = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E50\d)\b/.test(said);
  const text = `npm ${all.join(' ')} failed (${code}) in ${folder}:\n${said}`;
  throw unreachable ? new RegistryUnreachable(text) : new Error(text);
}
