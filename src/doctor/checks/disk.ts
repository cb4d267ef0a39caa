import { ok, problem, warning, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { FolderState, Ports } from '../ports.ts';

const mb = 1024 * 1024;
/** Below this an alert may not be written down before it is sent. */
const leastFree = 200 * mb;
const comfortable = 2048 * mb;

/** File systems that lose data or locks. */
const doubtful: readonly { kinds: RegExp; says: string; advice: string }[] = [
  {
    kinds: /^(nfs\d?|cifs|smb\d?|smbfs|fuse\.sshfs|9p|afpfs)$/,
    says: 'lies on a network drive, where locks of databases are not reliable',
    advice: 'Choose a data folder on a disk of this machine.',
  },
  {
    kinds: /^(tmpfs|ramfs)$/,
    says: 'lies in memory and is gone after a restart of the machine',
    advice: 'Choose a data folder on a disk.',
  },
  {
    kinds: /^overlay$/,
    says: 'lies inside a container and is gone with it',
    advice: 'Mount a volume at the Node-RED user folder.',
  },
];

/** Whether evidence and alerts can be written to each data folder. */
export async function checkDisk({ folders }: Pick<Installation, 'folders'>, ports: Pick<Ports, 'lookAtFolder'>) {
  return await Promise.all(
    folders.map(async ({ site, folder }): Promise<Outcome> => {
      const state = await ports.lookAtFolder(folder);
      return { ...(folders.length === 1 ? {} : { about: site }), ...judge(folder, state) };
    }),
  );
}

function judge(folder: string, { exists, writeError, free, kind }: FolderState): Outcome {
  if (writeError !== undefined) {
    return problem(
      `The data folder ${folder} cannot be written (${writeError}).`,
      writeError === 'ENOSPC' ? 'Free space on its disk.' : 'Make it writable for the user that runs Node-RED.',
    );
  }
  const space = `${size(free)} free${kind === '' ? '' : `, ${kind}`}`;
  const says = `The data folder ${folder} ${exists ? 'can be written' : 'will be made with the first deploy'}: ${space}.`;
  if (free < leastFree) return problem(says, 'Free space on its disk: evidence and alerts need it.');
  if (free < comfortable) return warning(says, 'Evidence grows: free some space, or move the data folder.');
  const doubt = doubtful.find(({ kinds }) => kinds.test(kind));
  if (doubt !== undefined) return warning(`The data folder ${folder} ${doubt.says} (${space}).`, doubt.advice);
  return ok(says);
}

function size(bytes: number): string {
  return bytes >= 10 * 1024 * mb ? `${Math.round(bytes / (1024 * mb))} GB` : `${Math.round(bytes / mb)} MB`;
}
