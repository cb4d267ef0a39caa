import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Version of the Node-RED that the command `node-red` starts, or that lies in the user folder. */
export async function findNodeRed(userDir: string, path = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
    const program = await realpath(join(folder, 'node-red')).catch(() => undefined);
    const version = program === undefined ? undefined : await versionAt(join(dirname(program), 'package.json'));
    if (version !== undefined) return version;
  }
  try {
    return await versionAt(createRequire(join(userDir, 'package.json')).resolve('node-red/package.json'));
  } catch {
    return undefined;
  }
}

async function versionAt(file: string): Promise<string | undefined> {
  try {
    const { name, version } = JSON.parse(await readFile(file, 'utf8')) as { name?: unknown; version?: unknown };
    return name === 'node-red' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
