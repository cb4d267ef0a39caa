import type { FolderReport } from '../../database/inspection.ts';
import { ok, problem, problemOf, skipped, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

const users: Readonly<Record<FolderReport['holder'], string>> = {
  nobody: 'No process uses it now.',
  'this process': 'This Node-RED uses it.',
  'another process': 'Another process uses it now.',
};

/** Whether each database is sound, and who uses it. */
export async function checkDatabase({ folders }: Pick<Installation, 'folders'>, ports: Pick<Ports, 'lookAtDatabase'>) {
  return await Promise.all(
    folders.map(async ({ site, folder }): Promise<Outcome> => {
      const about = folders.length === 1 ? {} : { about: site };
      try {
        return { ...about, ...judge(folder, await ports.lookAtDatabase(folder)) };
      } catch (error) {
        return { ...about, ...problemOf(error) };
      }
    }),
  );
}

function judge(folder: string, { holder, pid, database, fault }: FolderReport): Outcome {
  const user = pid === undefined ? users[holder] : `Process ${pid} uses it now.`;
  switch (database) {
    case 'sound':
      return ok(`The database is sound. ${user}`);
    case 'absent':
      return ok(`There is no database yet; the first incident makes one. ${user}`);
    case 'too large to look at':
      return skipped(`The database is too large to be copied and checked here. ${user}`);
    case 'damaged':
      return problem(
        `The database in ${folder} is damaged: ${fault ?? ''}. ${user}`,
        'Restart Node-RED: the damaged file is then kept under a new name and a new one begun.',
      );
  }
}
