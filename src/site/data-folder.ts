import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where a site keeps its data: the configured folder (relative ones lie in the user folder), else `<userDir>/echosight`. */
export function dataFolder(userDir: string | undefined, configured: string): string {
  const base = userDir ?? join(homedir(), '.node-red');
  if (configured === '') return join(base, 'echosight');
  return isAbsolute(configured) ? configured : resolve(base, configured);
}
