import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Access } from '../../../src/access/access.ts';
import { Passwords } from '../../../src/access/passwords.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const peer = '192.0.2.7';
export const local: Caller = { name: 'local', role: 'admin', how: 'local' };
export const good = 'correct horse battery';

/** Accounts over a database of their own; passwords are hashed cheaply. */
export async function desk(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const clock = new ManualClock();
  const passwords = new Passwords({ cost: 4, blocks: 1, rounds: 1 });
  const options = { folder, database: () => Promise.resolve(database), clock, log, passwords };
  return { access: new Access(options), options, database, clock, folder, log };
}

/** The first admin, made by the link of the log. */
export async function withAdmin(access: Access, name = 'ann'): Promise<void> {
  await access.useLink({ link: access.firstLink(), name, password: good }, peer);
}
