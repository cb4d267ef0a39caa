import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SiteClock } from '../clock/site-clock.ts';
import { examine } from '../doctor/examine.ts';
import { countOf } from '../doctor/finding.ts';
import { thisMachine } from '../doctor/this-machine.ts';
import { readUserFolder } from '../doctor/user-folder/user-folder.ts';
import { findModelsIn } from '../inference/models-folder.ts';
import type { Command, OptionValues, Terminal } from './command.ts';
import { report } from './report.ts';

/** Looks over an installation and says what is missing. */
export const doctor: Command = {
  summary: 'Checks this installation: programs, models, disk, cameras, WhatsApp, clock. Changes and sends nothing.',
  options: {
    'user-dir': {
      type: 'string',
      value: 'DIR',
      says: 'User folder of Node-RED; default: this folder if it is one, else ~/.node-red.',
    },
    flow: { type: 'string', value: 'FILE', says: 'Flow file, where Node-RED uses another name or a project.' },
    'data-folder': { type: 'string', value: 'DIR', says: 'Data folder to look at instead of those of the flow.' },
    'credential-secret-file': {
      type: 'string',
      value: 'FILE',
      says: 'File with the credentialSecret of the settings; or set NODE_RED_CREDENTIAL_SECRET.',
    },
    url: { type: 'string', value: 'URL', says: 'A running Node-RED, to see whether it asks for a login.' },
    offline: { type: 'boolean', says: 'Ask nothing over the network.' },
    json: { type: 'boolean', says: 'Print the findings as JSON.' },
  },
  run: examineUserFolder,
};

async function examineUserFolder(values: OptionValues, terminal: Terminal): Promise<number> {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const url = text('url');
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    terminal.complain(`--url ${JSON.stringify(url)} is no http:// or https:// address.\n`);
    return 2;
  }
  const userDir = resolve(text('user-dir') ?? terminal.env.NODE_RED_HOME ?? usualUserFolder(terminal.folder));
  findModelsIn(userDir);
  const dataFolder = text('data-folder');
  const installation = await readUserFolder({
    userDir,
    env: terminal.env,
    ...given('flow', text('flow')),
    ...given('secretFile', text('credential-secret-file')),
    ...given('dataFolder', dataFolder === undefined ? undefined : resolve(dataFolder)),
    ...given('url', url),
  });
  const offline = values.offline === true;
  const findings = await examine(installation, (signal) => thisMachine({ offline, signal }), new SiteClock());
  const problems = countOf(findings).problem;
  terminal.print(
    values.json === true
      ? `${JSON.stringify({ ok: problems === 0, userDir, findings }, null, 2)}\n`
      : report(findings, userDir, terminal),
  );
  return problems === 0 ? 0 : 1;
}

/** The folder itself where Node-RED has been: `npx echosight` is run in the user folder, which need not be the usual one. */
export function usualUserFolder(folder: string): string {
  // The package itself is a mark too: before the first start of Node-RED there is no other.
  const marks = ['.config.runtime.json', 'flows.json', join('node_modules', '@echosight', 'node-red-sentinel')];
  return marks.some((mark) => existsSync(join(folder, mark))) ? folder : join(homedir(), '.node-red');
}

function given<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}
