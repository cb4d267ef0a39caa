import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { Finding } from '../../contracts/findings.ts';
import { ok, problem, warning, type Outcome } from '../finding.ts';
import { installationOf, type FlowPart, type Installation } from '../installation.ts';
import { readCredentials, type Credentials } from './credential-file.ts';
import { readFlow } from './flow-file.ts';
import { readSettings, type PlainSettings } from './settings-file.ts';

export interface UserFolderOptions {
  userDir: string;
  /** Flow file, where it is not the one that settings and habit name. */
  flow?: string;
  /** File that holds the secret of the credentials. */
  secretFile?: string;
  dataFolder?: string;
  url?: string;
  env: NodeJS.ProcessEnv;
}

/**
 * What a Node-RED user folder holds, read from its files while Node-RED runs or not. What cannot be read is said in
 * `remarks`; nothing is thrown, and no file of the user is run.
 */
export async function readUserFolder(options: UserFolderOptions): Promise<Installation> {
  const { userDir, env, dataFolder, url } = options;
  const settings = readSettings((await textOf(join(userDir, 'settings.js'))) ?? '', env);
  const remarks: Outcome[] = [];
  const secrets = await secretsOf(options, settings);
  const found = await flowText(options, settings);
  let parts: FlowPart[] = [];
  if (found === undefined) {
    const asked = options.flow ?? join(userDir, 'flows.json');
    remarks.push(
      problem(`There is no flow at ${asked}.`, 'Give the user folder with --user-dir, or the flow file with --flow.'),
    );
  } else {
    const credentials = await credentialsOf(found.file, userDir, secrets, remarks);
    parts = partsOf(found, credentials, env, remarks);
  }
  const installation = installationOf(parts, userDir, dataFolder);
  const own = remarks.map((remark): Finding => ({ id: 'flow', ...remark }));
  return {
    ...installation,
    remarks: [...own, ...installation.remarks],
    secrets: [...installation.secrets, ...secrets],
    ...(url === undefined ? {} : { url }),
  };
}

function partsOf(
  { file, text }: { file: string; text: string },
  credentials: Credentials | undefined,
  env: NodeJS.ProcessEnv,
  remarks: Outcome[],
): FlowPart[] {
  try {
    const parts = readFlow(text, credentials, env);
    remarks.unshift(ok(`${file} has ${parts.length} ${parts.length === 1 ? 'node' : 'nodes'} of EchoSight Sentinel.`));
    return parts;
  } catch {
    remarks.unshift(
      problem(`The flow file ${file} is damaged.`, 'Restore it, for example from the .backup file beside it.'),
    );
    return [];
  }
}

async function credentialsOf(
  flow: string,
  userDir: string,
  secrets: readonly string[],
  remarks: Outcome[],
): Promise<Credentials | undefined> {
  const ending = extname(flow);
  const name = `${basename(flow, ending)}_cred${ending}`;
  const text = (await textOf(join(userDir, name))) ?? (await textOf(join(dirname(flow), name)));
  // No file: no node has credentials yet.
  if (text === undefined) return {};
  try {
    const credentials = readCredentials(text, secrets);
    if (credentials !== undefined) return credentials;
  } catch {
    remarks.push(problem(`The credentials file ${name} is damaged.`, 'Enter logins and tokens again and deploy.'));
    return undefined;
  }
  remarks.push(
    warning(
      'Logins and tokens could not be read: no secret that is known here opens the credentials file. Cameras are asked without a login.',
      'Give the secret with NODE_RED_CREDENTIAL_SECRET or --credential-secret-file.',
    ),
  );
  return undefined;
}

/** The user's own first, then the one in the settings, then the one that Node-RED made up. */
async function secretsOf({ secretFile, env, userDir }: UserFolderOptions, settings: PlainSettings): Promise<string[]> {
  const given = secretFile === undefined ? undefined : (await textOf(secretFile))?.trim();
  const generated = await Promise.all(
    ['.config.runtime.json', '.config.json'].map(async (name) => generatedSecret(await textOf(join(userDir, name)))),
  );
  const all = [given, env.NODE_RED_CREDENTIAL_SECRET, settings.credentialSecret, ...generated];
  return all.filter((secret): secret is string => typeof secret === 'string' && secret !== '');
}

function generatedSecret(text: string | undefined): string | undefined {
  try {
    const { _credentialSecret: secret } = JSON.parse(text ?? '{}') as { _credentialSecret?: unknown };
    return typeof secret === 'string' ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** The flow file as Node-RED looks for it: as given, as set, or by its two usual names. */
async function flowText(
  { flow, userDir }: UserFolderOptions,
  { flowFile }: PlainSettings,
): Promise<{ file: string; text: string } | undefined> {
  const candidates =
    flow !== undefined
      ? [resolve(flow)]
      : flowFile !== undefined
        ? [isAbsolute(flowFile) ? flowFile : join(userDir, flowFile)]
        : [join(userDir, 'flows.json'), join(userDir, `flows_${hostname()}.json`)];
  for (const file of candidates) {
    const text = await textOf(file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}
