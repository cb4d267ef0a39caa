import type { Clock } from '../contracts/ports.ts';
import { checkAccess } from './checks/access.ts';
import { checkCameras } from './checks/cameras.ts';
import { checkChannels } from './checks/channels.ts';
import { checkClock } from './checks/clock.ts';
import { checkDatabase } from './checks/database.ts';
import { checkDisk } from './checks/disk.ts';
import { checkFfmpeg } from './checks/ffmpeg.ts';
import { checkMachine } from './checks/machine.ts';
import { checkInference, checkModels } from './checks/models.ts';
import { checkNode, checkNodeRed } from './checks/versions.ts';
import { checkWhatsApp } from './checks/whatsapp.ts';
import { checkIds, type CheckId, type Finding } from '../contracts/findings.ts';
import { problemOf, redacted, type Outcome } from './finding.ts';
import type { Installation } from './installation.ts';
import type { Ports } from './ports.ts';
import { checkMicrophones } from './checks/microphones.ts';

interface Check {
  /** Seconds that it may take. */
  limit: number;
  run: (installation: Installation, ports: Ports) => Promise<Outcome | Outcome[]> | Outcome;
}

/** Every check but `flow`, whose findings come with the installation. */
const checks: Readonly<Record<Exclude<CheckId, 'flow'>, Check>> = {
  node: { limit: 1, run: (_, ports) => checkNode(ports) },
  'node-red': { limit: 5, run: checkNodeRed },
  machine: { limit: 5, run: (_, ports) => checkMachine(ports) },
  ffmpeg: { limit: 10, run: (_, ports) => checkFfmpeg(ports) },
  inference: { limit: 14, run: (_, ports) => checkInference(ports) },
  models: { limit: 14, run: checkModels },
  disk: { limit: 5, run: checkDisk },
  database: { limit: 12, run: checkDatabase },
  microphones: { limit: 10, run: checkMicrophones },
  cameras: { limit: 14, run: checkCameras },
  whatsapp: { limit: 11, run: checkWhatsApp },
  channels: { limit: 12, run: checkChannels },
  clock: { limit: 11, run: checkClock },
  access: { limit: 10, run: checkAccess },
};
/** A check that minds its signal still gets to say what it has. */
const lastWordMs = 1000;

/**
 * Runs every check beside the others, each with a time limit of its own: together they take 15 s at most. Never rejects.
 * @param makePorts The outside world of one examination, with the signal that ends a check.
 * @returns findings in the order of `checkIds`, free of secrets.
 */
export async function examine(
  installation: Installation,
  makePorts: (signal: AbortSignal) => Ports,
  clock: Clock,
): Promise<Finding[]> {
  const over = new AbortController();
  const ports = makePorts(over.signal);
  const found = await Promise.all(
    checkIds.map(async (id) => (id === 'flow' ? installation.remarks : await run(id, installation, ports, clock))),
  );
  // Whatever still runs has had its time.
  over.abort();
  return found.flat().map((finding) => redacted(finding, installation.secrets));
}

async function run(
  id: Exclude<CheckId, 'flow'>,
  installation: Installation,
  ports: Ports,
  clock: Clock,
): Promise<Finding[]> {
  const { limit, run: check } = checks[id];
  const end = new AbortController();
  const cancels: (() => void)[] = [];
  const late = new Promise<Outcome>((resolve) => {
    const onTime = clock.after(limit * 1000, () => {
      end.abort();
      cancels.push(
        clock.after(lastWordMs, () => {
          resolve({ state: 'warning', says: `This check did not end within ${limit} s.`, advice: 'Try it again.' });
        }),
      );
    });
    cancels.push(onTime);
  });
  const signal = AbortSignal.any([ports.signal, end.signal]);
  const work = Promise.resolve()
    .then(() => check(installation, { ...ports, signal }))
    .catch(problemOf);
  const outcome = await Promise.race([work, late]);
  for (const cancel of cancels) cancel();
  return [outcome].flat().map((one) => ({ id, ...one }));
}
