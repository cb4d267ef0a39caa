import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../hosts/node-red-host.ts';
import { sandboxMessages } from '../hosts/sandbox-client.ts';
import { userEnvironment } from '../hosts/user-environment.ts';

const root = join(import.meta.dirname, '..', '..');
const limitMs = 300_000;

/** Clones the repository's last commit into an empty folder and does what a new user does. */
export default async function firstAlert(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-clone-'));
  const port = await freePort();
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 100) / 10;
  try {
    must('git', ['clone', '--quiet', root, folder], tmpdir());
    const cloned = seconds();
    must('npm', ['ci', '--no-audit', '--no-fund'], folder);
    const installed = seconds();
    console.error(`cloned ${cloned} s, installed ${installed} s`);
    const product = spawn('npm', ['start', '--', '--port', String(port), '--data', join(folder, 'data')], {
      cwd: folder,
      env: userEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    try {
      const address = await sandboxAddress(product.stdout);
      const before = performance.now();
      for (;;) {
        const messages = await sandboxMessages(address);
        if (messages.some(({ text }) => text.includes('breaking glass'))) break;
        if (performance.now() - before > limitMs) throw new Error('no alert within five minutes');
        await sleep(200);
      }
      return { seconds: seconds(), clone_s: cloned, install_s: Math.round((installed - cloned) * 10) / 10 };
    } finally {
      process.kill(-(product.pid ?? 0), 'SIGINT');
      await new Promise((resolve) => product.once('close', resolve));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sandboxAddress(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      text += chunk.toString();
      const found = /WhatsApp sandbox\s+(http:\/\/\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    output.on('close', () => {
      reject(new Error('npm start ended before it printed the sandbox address'));
    });
  });
}

function must(command: string, args: string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, env: userEnvironment(), stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status})`);
}
