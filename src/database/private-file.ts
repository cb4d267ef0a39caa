import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a file that its owner alone can read, and its folder likewise, before SQLite opens it: SQLite itself would use
 * the umask. The -wal and -shm files get the mode of the file from SQLite. Does nothing on Windows, which has no modes.
 */
export function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // An existing file is not opened: closing it again would drop every lock that this process holds on it (fcntl).
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  for (const path of [file, `${file}-wal`, `${file}-shm`]) restrict(path);
}

/** Files of earlier versions were open to all. One that belongs to somebody else stays as it is. */
function restrict(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) chmodSync(path, 0o600);
  } catch {
    // SQLite says what is wrong, if anything is.
  }
}
