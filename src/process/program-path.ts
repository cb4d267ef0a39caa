import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where a program lies on the PATH, or undefined. */
export async function programOnPath(name: string, path = process.env.PATH ?? ''): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
    const candidate = join(folder, file);
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  return undefined;
}
