import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const stopAfterMs = 15_000;
const trouble = /\[(warn|error)\]|Error:/;

export interface NodeRedProcess {
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly ended: Promise<number | string>;
  stop(): Promise<void>;
}

/**
 * Starts Node-RED on its user folder, with `env` for its whole environment. Its log goes to `logFile`, warnings and errors
 * also to `onTrouble`.
 */
export function startNodeRed(
  userFolder: string,
  env: NodeJS.ProcessEnv,
  logFile: string,
  onTrouble: (line: string) => void,
): NodeRedProcess {
  const settings = join(import.meta.dirname, 'node-red-settings.cjs');
  const program = require.resolve('node-red/red.js');
  const child = spawn(process.execPath, [program, '--userDir', userFolder, '--settings', settings], {
    cwd: userFolder,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches the launcher alone, which ends everything in order.
    detached: process.platform !== 'win32',
  });
  const log = createWriteStream(logFile, { flags: 'w', mode: 0o600 });
  log.on('error', ({ message }) => {
    onTrouble(`The log of Node-RED cannot be written: ${message}`);
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      // That line stands at every start of a Node-RED without projects.
      if (trouble.test(line) && !line.includes('Projects disabled')) onTrouble(line);
    });
  }
  // Its standard input stays open as long as we live: the settings file watches it.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      onTrouble(error.message);
      resolve(1);
    });
    child.once('close', (code, signal) => {
      log.end();
      resolve(code ?? signal ?? 1);
    });
  });
  return { ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), stopAfterMs);
  await ended;
  clearTimeout(hard);
}
