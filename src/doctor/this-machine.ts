import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, freemem, networkInterfaces, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { WhatsAppClient } from '../alerting/channels/whatsapp/client.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { inspectDatabase } from '../database/inspection.ts';
import { catalogModels } from '../inference/catalog.ts';
import { ffmpegVersion, locateFfmpeg } from '../media/ffmpeg-program.ts';
import { openSites } from '../site/registry.ts';
import { whatsAppAccount } from '../site/whatsapp-account.ts';
import { askChannel } from './ask-channel.ts';
import { findMicrophones } from './find-microphones.ts';
import { findNodeRed } from './find-node-red.ts';
import { findStreams } from './find-streams.ts';
import { lookAtCamera } from './look-at-camera.ts';
import { lookAtFolder } from './look-at-folder.ts';
import type { Ports } from './ports.ts';
import { runModel } from './run-model.ts';

const answerMs = 3000;
const require = createRequire(import.meta.url);

/** The real answers, of this machine and its network. */
export function thisMachine({ offline, signal }: { offline: boolean; signal: AbortSignal }): Ports {
  const clock = new SiteClock();
  return {
    signal,
    offline,
    now: () => Date.now(),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    nodeVersion: process.versions.node,
    findNodeRed,
    machine,
    locateFfmpeg: () => locateFfmpeg(),
    ffmpegVersion,
    catalogModels,
    runModel: once((model, task) => runModel(model, task, clock)),
    runtimeVersion: (backend) => Promise.resolve(runtimeVersion(backend)),
    findMicrophones: () => findMicrophones(clock),
    lookAtFolder,
    lookAtDatabase: (folder) => {
      const heldHere = openSites().some((site) => resolve(site.folder) === resolve(folder));
      return inspectDatabase(folder, heldHere, signal);
    },
    findStreams: (folder) => findStreams(folder, signal),
    lookAtCamera: (source, transport, limit) =>
      lookAtCamera(source, transport, { locateFfmpeg: () => locateFfmpeg(), clock, signal: limit }),
    askNumber: once(async ({ id, config, credentials }) => {
      const { graph } = whatsAppAccount({ id, config, credentials: credentials ?? {} });
      const answer = await new WhatsAppClient(graph, clock, signal).phoneNumber();
      return { ...answer, at: Date.now() };
    }),
    askChannel: (channel) => askChannel(channel, { clock, stop: signal }),
    opensWithoutLogin: (url) => opensWithoutLogin(url, signal),
    addresses,
  };
}

/** The answer to the same question again, without asking again. */
function once<Question extends unknown[], Answer>(
  ask: (...question: Question) => Promise<Answer>,
): (...question: Question) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? ask(...question);
    answers.set(key, answer);
    return answer;
  };
}

async function machine() {
  const table = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  // What programs can still get; os.freemem() leaves out what the system only borrows for its caches.
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(table)?.[1] ?? Number.NaN) * 1024;
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  const free = Number.isNaN(available) ? freemem() : available;
  return { memory, available: Math.min(memory, free), cores: availableParallelism(), architecture: arch() };
}

function runtimeVersion(backend: string): string {
  try {
    return (require(`${backend}/package.json`) as { version: string }).version;
  } catch {
    return '';
  }
}

/** Node-RED shows its settings to nobody who is not logged in, where it asks for a login at all. */
async function opensWithoutLogin(url: URL, signal: AbortSignal): Promise<boolean | undefined> {
  const target = new URL('settings', url.href.endsWith('/') ? url : `${url.href}/`);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const response = await fetch(target, {
      redirect: 'manual',
      signal: limit,
      headers: { accept: 'application/json' },
    });
    if (response.status === 401 || response.status === 403) return false;
    const settings: unknown = response.ok ? await response.json() : undefined;
    return typeof settings === 'object' && settings !== null && 'httpNodeRoot' in settings ? true : undefined;
  } catch {
    return undefined;
  }
}

function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address)).map(({ address }) => address);
}
