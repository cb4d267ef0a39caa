import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { noteBeside } from '../access/audit-beside.ts';
import { SentinelError } from '../contracts/errors.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { openDatabase } from '../database/database.ts';
import { EvidenceFiles } from '../evidence/evidence-files.ts';
import { readRetention } from '../evidence/retention/retention-file.ts';
import { Retention, type RetentionPlan } from '../evidence/retention/retention.ts';
import { openBeside } from '../evidence/trust/data-folder.ts';
import { backUp, restore, type BackedUp } from '../evidence/backup.ts';
import { exportBundle } from '../evidence/trust/export-bundle.ts';
import { fingerprint, pemOf, signingKey } from '../evidence/trust/signing-key.ts';
import { verifyBundle } from '../evidence/trust/verify-bundle.ts';
import { writeVerification } from '../evidence/trust/verification-file.ts';
import { verifyFolder, type Verification } from '../evidence/trust/verify-folder.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { usualUserFolder } from './doctor.ts';

const wrongUse = 2;
type Work = (about: { values: OptionValues; terminal: Terminal; rest: readonly string[] }) => Promise<number>;

/** What can be done with the evidence, by its first word. */
const works: Readonly<Record<string, Work>> = {
  verify,
  export: exportIncidents,
  key: showKey,
  retention: planRetention,
  backup: (about) => copy(about, backUpAndNote, 'backed up to'),
  restore: (about) => copy(about, (folder, other) => restore(other, folder), 'restored from'),
};

/** Checks, hands out, and copies what a site keeps. */
export const evidence: Command = {
  summary: 'Checks the evidence of a site, exports incidents with proof, makes and restores backups.',
  operands: 'verify [FILE.zip] | export FILE.zip | key | retention | backup DIR | restore DIR',
  options: {
    'data-folder': {
      type: 'string',
      value: 'DIR',
      says: 'Data folder of the site; default: "echosight" in the user folder of Node-RED.',
    },
    key: { type: 'string', value: 'FILE', says: 'verify: public key of the site, as its owner gave it.' },
    incident: { type: 'string', value: 'ID,...', says: 'export: these incidents only.' },
    from: {
      type: 'string',
      value: 'TIME',
      says: 'export: begun then or later, such as 2026-11-22 or 2026-11-22T18:00Z.',
    },
    to: { type: 'string', value: 'TIME', says: 'export: begun before.' },
    area: { type: 'string', value: 'NAME', says: 'export: of this area only.' },
    'dry-run': { type: 'boolean', says: 'retention: shows what would go; it never deletes, that is done by Node-RED.' },
    json: { type: 'boolean', says: 'Print what came of it as JSON.' },
  },
  footer: `verify    reads every row and file of the data folder, also while Node-RED runs, or a bundle, which needs nothing else.
          What it found in a data folder is kept there (verification.json), and told by the API.
export    writes a zip file: media, rows, a page to read, and what proves that they are what they were.
key       prints the public key of the site: give it to those who are to verify bundles.
retention shows what would be deleted now, by the settings of the site; nothing is.
backup    copies database, files and keys, also while Node-RED runs; run again, it copies what is new.
restore   puts a backup into a data folder that is empty; stop Node-RED first.`,
  run: async (values, terminal, [what = '', ...rest]) => {
    const work = Object.hasOwn(works, what) ? works[what] : undefined;
    if (work === undefined) {
      terminal.complain(`echosight evidence needs one of ${Object.keys(works).join(', ')}.\n`);
      return wrongUse;
    }
    try {
      return await work({ values, terminal, rest });
    } catch (error) {
      if (!(error instanceof SentinelError)) throw error;
      terminal.complain(`${error.toString()}\n`);
      return error.name === 'ES_BAD_INPUT' ? wrongUse : 1;
    }
  },
};

async function verify({ values, terminal, rest: [bundle] }: Parameters<Work>[0]): Promise<number> {
  if (bundle !== undefined && isFolder(resolve(terminal.folder, bundle))) {
    throw new SentinelError('ES_BAD_INPUT', `${bundle} is a folder: verify it with --data-folder ${bundle}.`);
  }
  const key = keyIn(values.key, terminal);
  const found =
    bundle === undefined
      ? await verifyAndKeep(dataFolder(values, terminal), key)
      : await verifyBundle(resolve(terminal.folder, bundle), key);
  terminal.print(values.json === true ? `${JSON.stringify(found, null, 2)}\n` : inWords(found, key !== undefined));
  return found.holds ? 0 : 1;
}

/** The System page and the API tell the last verification, also one of the command line; a folder that cannot be written is verified all the same. */
async function verifyAndKeep(folder: string, key: KeyObject | undefined): Promise<Verification> {
  const startedAt = Date.now();
  const findings = await verifyFolder(folder, key);
  const ended = { state: 'done', by: 'command', startedAt, endedAt: Date.now(), findings } as const;
  await writeVerification(folder, ended).catch(() => undefined);
  return findings;
}

async function exportIncidents({ values, terminal, rest: [name] }: Parameters<Work>[0]): Promise<number> {
  if (name === undefined) throw new SentinelError('ES_BAD_INPUT', 'export needs the name of a zip file.');
  const ids = text(values.incident)
    ?.split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const [from, to, area] = [time(values, 'from'), time(values, 'to'), text(values.area)];
  const made = await exportBundle({
    folder: dataFolder(values, terminal),
    file: resolve(terminal.folder, name),
    now: Date.now(),
    ...(ids === undefined ? {} : { ids }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(area === undefined ? {} : { area }),
  });
  noteCommand(dataFolder(values, terminal), 'evidence.export', `${made.incidents} incidents`);
  if (values.json === true) terminal.print(`${JSON.stringify(made, null, 2)}\n`);
  else {
    terminal.print(`Exported ${made.incidents} incidents in ${made.files} files to ${name}.\nKey: ${made.key}\n`);
    for (const file of made.missing) terminal.complain(`${file} could not be read and is not in it.\n`);
  }
  return made.missing.length === 0 ? 0 : 1;
}

function showKey({ values, terminal }: Parameters<Work>[0]): Promise<number> {
  const folder = dataFolder(values, terminal);
  if (!existsSync(join(folder, 'sentinel.db'))) {
    throw new SentinelError('ES_BAD_INPUT', `There is no database in ${folder}.`);
  }
  const { publicKey } = signingKey(folder);
  const shown = { key: fingerprint(publicKey), pem: pemOf(publicKey) };
  terminal.print(values.json === true ? `${JSON.stringify(shown, null, 2)}\n` : shown.pem);
  return Promise.resolve(0);
}

async function planRetention({ values, terminal }: Parameters<Work>[0]): Promise<number> {
  const folder = dataFolder(values, terminal);
  openBeside(folder, 'read').close();
  const complain = (line: string): void => {
    terminal.complain(`${line}\n`);
  };
  const log = { info: () => undefined, warn: complain, error: complain };
  const database = await openDatabase(join(folder, 'sentinel.db'), { log, shared: true });
  const settings = await readRetention(folder);
  const retention = new Retention({
    ...{ database, folder, log, clock: new SiteClock(() => undefined), newId: randomUUID },
    files: new EvidenceFiles(folder),
    settings: () => settings,
  });
  try {
    const plan = await retention.plan();
    terminal.print(values.json === true ? `${JSON.stringify({ settings, ...plan }, null, 2)}\n` : planInWords(plan));
    return 0;
  } finally {
    await retention.close();
    await database.close();
  }
}

function planInWords({ incidents, files, bytes, tooMuch, due }: RetentionPlan): string {
  const lines = due.map(
    ({ incidentId, what, why }) => `  ${incidentId}: ${what === 'files' ? 'its files' : 'all of it'}, ${why}`,
  );
  const more = incidents > due.length ? [`  and ${incidents - due.length} more`] : [];
  const held = tooMuch > 0 ? [`${tooMuch} bytes more would have to go, and may not.`] : [];
  return `${[`${incidents} incidents with ${files} files (${bytes} bytes) would go now.`, ...lines, ...more, ...held].join('\n')}\n`;
}

async function backUpAndNote(folder: string, other: string): Promise<BackedUp> {
  const copied = await backUp(folder, other);
  noteCommand(folder, 'evidence.backup', `${copied.files} files`);
  return copied;
}

async function copy(
  { values, terminal, rest: [name] }: Parameters<Work>[0],
  work: (folder: string, other: string) => Promise<BackedUp>,
  done: string,
): Promise<number> {
  if (name === undefined) throw new SentinelError('ES_BAD_INPUT', 'A folder for the backup is needed.');
  const copied = await work(dataFolder(values, terminal), resolve(terminal.folder, name));
  if (values.json === true) terminal.print(`${JSON.stringify(copied, null, 2)}\n`);
  else {
    terminal.print(`The database and ${copied.files} files (${copied.bytes} bytes) are ${done} ${name}.\n`);
    for (const file of copied.missing) terminal.complain(`${file} is missing, or not what it was.\n`);
  }
  return copied.missing.length === 0 ? 0 : 1;
}

/** A data folder that this command may only read hands out its evidence all the same. */
function noteCommand(folder: string, action: string, subject: string): void {
  try {
    const connection = openBeside(folder, 'write');
    try {
      noteBeside(connection, { by: 'command', how: 'command', action, subject, at: Date.now() });
    } finally {
      connection.close();
    }
  } catch {
    // Who can write to these files is not held by what stands in them.
  }
}

function dataFolder(values: OptionValues, terminal: Terminal): string {
  const named = text(values['data-folder']);
  if (named !== undefined) return resolve(terminal.folder, named);
  return join(terminal.env.NODE_RED_HOME ?? usualUserFolder(terminal.folder), 'echosight');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function keyIn(value: OptionValues[string], terminal: Terminal): KeyObject | undefined {
  const file = text(value);
  if (file === undefined) return undefined;
  try {
    return createPublicKey(readFileSync(resolve(terminal.folder, file)));
  } catch {
    throw new SentinelError('ES_BAD_INPUT', `${file} is no public key.`);
  }
}

function text(value: OptionValues[string]): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function time(values: OptionValues, name: string): number | undefined {
  const given = text(values[name]);
  if (given === undefined) return undefined;
  const at = Date.parse(given);
  if (!Number.isNaN(at)) return at;
  throw new SentinelError('ES_BAD_INPUT', `--${name} ${JSON.stringify(given)} is no time.`, {
    hint: 'Write it as 2026-11-22 or 2026-11-22T18:00Z.',
  });
}

function inWords(found: Verification, withKey: boolean): string {
  const { holds, incidents, files, bytes, entries, seals, unsealed, key, faults, first } = found;
  const rest = faults > first.length ? [`and ${faults - first.length} more`] : [];
  const lines = [
    `Incidents: ${incidents}, files: ${files} (${bytes} bytes), entries of the chain: ${entries}, seals: ${seals}.`,
    ...(unsealed > 0 ? [`Not sealed yet: ${unsealed}; that happens every hour.`] : []),
    ...(key === undefined ? [] : [`Key: ${key}${withKey ? '' : ' (compare it with what the owner of the site says)'}`]),
    ...(holds ? ['Everything fits.'] : ['It does not fit:', ...first.map(({ where, what }) => `  ${where}: ${what}`)]),
    ...rest,
  ];
  return `${lines.join('\n')}\n`;
}
