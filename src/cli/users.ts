import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Access } from '../access/access.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { roles, type Role } from '../contracts/access.ts';
import type { UserRecord } from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Log } from '../contracts/ports.ts';
import { openDatabase, type Database } from '../database/database.ts';
import { dataFolder } from '../site/data-folder.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { usualUserFolder } from './doctor.ts';

const usualAddress = 'http://localhost:1880/echosight';

/** Makes and mends accounts from the shell, also while Node-RED runs. */
export const users: Command = {
  summary: 'Shows, makes, resets or disables accounts, as when nobody can log in any more.',
  operands: 'list | add NAME | reset NAME | disable NAME | enable NAME',
  options: {
    'user-dir': {
      type: 'string',
      value: 'DIR',
      says: 'User folder of Node-RED; default: this folder if it is one, else ~/.node-red.',
    },
    'data-folder': {
      type: 'string',
      value: 'DIR',
      says: 'Data folder of the site; default: echosight in the user folder.',
    },
    role: { type: 'string', value: 'ROLE', says: 'Of a new account: viewer, operator or admin (default).' },
    sources: {
      type: 'string',
      value: 'LIST',
      says: 'What it may see: site or site/camera, with commas; default: all.',
    },
    url: { type: 'string', value: 'URL', says: `Where people reach EchoSight; default: ${usualAddress}.` },
    json: { type: 'boolean', says: 'Print the result as JSON.' },
  },
  footer: 'add and reset print a link with which the owner sets a password, once within a day.',
  run: runUsers,
};

/** A command line that cannot be meant. */
class WrongUse extends Error {}

type Act = (access: Access, name: string, values: OptionValues) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  add: (access, name, { role = 'admin', sources }) => {
    const known = roles.find((one): one is Role => one === role);
    if (known === undefined) throw new WrongUse(`--role is one of ${roles.join(', ')}.`);
    const list = typeof sources === 'string' ? sources.split(',').map((one) => one.trim()) : undefined;
    const scope = list === undefined ? {} : { sources: list.filter((one) => one !== '') };
    return access.addUser({ name, role: known, ...scope }, 'command');
  },
  reset: async (access, name) => ({ name, ...(await access.resetUser((await named(access, name)).id, 'command')) }),
  disable: async (access, name) => access.changeUser((await named(access, name)).id, { disabled: true }, 'command'),
  enable: async (access, name) => access.changeUser((await named(access, name)).id, { disabled: false }, 'command'),
};

async function runUsers(values: OptionValues, terminal: Terminal, operands: readonly string[]): Promise<number> {
  let database: Database | undefined;
  try {
    const [action = 'list', name = '', more] = operands;
    const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
    if (more !== undefined || (action === 'list' ? name !== '' : act === undefined || name === '')) {
      throw new WrongUse('Give list, or one of add, reset, disable, enable and a name.');
    }
    const folder = folderOf(values, terminal);
    const file = join(folder, 'sentinel.db');
    // A mistyped folder must not become a new, empty site.
    if (!existsSync(file)) {
      throw new SentinelError('ES_ACCOUNT', `There is no database in ${folder}.`, {
        hint: 'Start Node-RED once, or name the folder by --data-folder.',
      });
    }
    const log: Log = {
      info: () => undefined,
      warn: () => undefined,
      error: (line) => {
        terminal.complain(`${line}\n`);
      },
    };
    const clock = new SiteClock();
    const opened = await openDatabase(file, { log, shared: true });
    database = opened;
    const access = new Access({ folder, database: () => Promise.resolve(opened), clock, log });
    const result = act === undefined ? { users: await access.users() } : await act(access, name, values);
    await access.close();
    terminal.print(values.json === true ? `${JSON.stringify(result, null, 2)}\n` : inWords(result, values));
    return 0;
  } catch (error) {
    if (error instanceof WrongUse) {
      terminal.complain(`${error.message}\n`);
      return 2;
    }
    if (!(error instanceof SentinelError)) throw error;
    terminal.complain(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}\n`);
    return 1;
  } finally {
    await database?.close();
  }
}

function folderOf(values: OptionValues, terminal: Terminal): string {
  const { 'user-dir': userDir, 'data-folder': chosen } = values;
  const usual = terminal.env.NODE_RED_HOME ?? usualUserFolder(terminal.folder);
  const base = resolve(terminal.folder, typeof userDir === 'string' ? userDir : usual);
  return dataFolder(base, typeof chosen === 'string' ? resolve(terminal.folder, chosen) : '');
}

async function named(access: Access, name: string): Promise<UserRecord> {
  const user = (await access.users()).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (user === undefined) throw new SentinelError('ES_ACCOUNT', `There is no account ${name}.`);
  return user;
}

function inWords(result: unknown, { url }: OptionValues): string {
  const { users: all, name, link, disabled } = result as Partial<UserRecord> & { users?: UserRecord[]; link?: string };
  if (all !== undefined)
    return all.length === 0 ? 'There is no account.\n' : all.map((user) => `${lineOf(user)}\n`).join('');
  if (link !== undefined) {
    const address = typeof url === 'string' ? url.replace(/\/+$/, '') : usualAddress;
    return `${name ?? ''} sets a password here, once within a day:\n${address}/login#link=${link}\n`;
  }
  return `${name ?? ''} is ${disabled === true ? 'disabled' : 'enabled'}.\n`;
}

function lineOf({ name, role, sources, disabled, hasPassword }: UserRecord): string {
  const scope = sources === undefined ? 'everything' : sources.join(', ') || 'nothing';
  const state = disabled ? ', disabled' : hasPassword ? '' : ', no password yet';
  return `${name}: ${role}, sees ${scope}${state}`;
}
