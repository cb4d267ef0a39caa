import { createHash, createHmac } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowWishes } from './environment.ts';
import {
  cameraId,
  demonstration,
  secretNodeId,
  ownAccountId,
  listening,
  ownCameras,
  withDashboard,
  withMicrophone,
  withoutWhatsApp,
  withWishes,
  type FlowNode,
} from './flow.ts';
import type { FlowSource } from './flow-sources.ts';
import { linkPackage } from './link-package.ts';
import { sealCredentials } from './secrets.ts';

export interface StartFlow {
  /** Cameras of the command line; none for the demo camera. */
  sources: readonly FlowSource[];
  /** Whether the flow begins with the demo camera. */
  demo: boolean;
  /** Whether the flow listens to the microphone of this machine. */
  microphone?: boolean;
  /** Absent when no sandbox runs. */
  sandboxToken?: string;
  credentialSecret: string;
  /** What environment variables change. */
  wishes?: FlowWishes;
}

const writtenName = '.flow-written-by-start';

/** What the last start wrote, so that an edited flow and a changed camera are noticed. */
interface Written {
  flow: string;
  /** Addresses of the cameras, without logins. */
  addresses: string[];
  /** Keyed hash of the logins, and of the access token of the environment. */
  logins: string;
}

/**
 * Prepares the Node-RED user folder: our package linked in, the flow, and its credentials sealed. A flow that somebody
 * edited in the editor is kept, and with it the cameras that it was made for: their logins must not go elsewhere.
 * @returns the addresses for the environment of the flow, and whether an edited flow was kept although the sources differ.
 */
export function prepareUserFolder(folder: string, start: StartFlow): { addresses: string[]; kept: boolean } {
  linkPackage(folder);
  const [flowFile, writtenFile] = [join(folder, 'flows.json'), join(folder, writtenName)];
  const flow = flowText(start);
  const now: Written = {
    flow: hash(flow),
    addresses: start.sources.map(({ address }) => address),
    logins: createHmac('sha256', start.credentialSecret)
      .update(JSON.stringify(secretsOf(start)))
      .digest('hex'),
  };
  const before = lastWritten(writtenFile);
  if (existsSync(flowFile) && hash(readFileSync(flowFile, 'utf8')) !== before?.flow) {
    // A microphone that was plugged in or out is no reason to speak of the flow.
    const either = [true, false].map((microphone) => hash(flowText({ ...start, microphone })));
    const wanted = before !== undefined && either.includes(before.flow) ? { ...now, flow: before.flow } : now;
    return { addresses: before?.addresses ?? [], kept: JSON.stringify(wanted) !== JSON.stringify(before) };
  }
  writeFileSync(flowFile, flow);
  writeFileSync(join(folder, 'flows_cred.json'), sealCredentials(credentials(start), start.credentialSecret), {
    mode: 0o600,
  });
  writeFileSync(writtenFile, JSON.stringify(now), { mode: 0o600 });
  return { addresses: now.addresses, kept: false };
}

/** How the flow of a user folder uses microphones, and whether somebody edited it. */
export function flowListening(folder: string): { listening: ReturnType<typeof listening>; edited: boolean } {
  const flow = readFileSync(join(folder, 'flows.json'), 'utf8');
  const written = lastWritten(join(folder, writtenName));
  return { listening: listening(JSON.parse(flow) as FlowNode[]), edited: hash(flow) !== written?.flow };
}

/** Undefined where no start has written, or one was cut off by a full disk: the flow then counts as edited. */
function lastWritten(file: string): Written | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Written;
  } catch {
    return undefined;
  }
}

function flowText(start: StartFlow): string {
  return JSON.stringify(flowFor(start), null, 2);
}

function flowFor({ sources, demo, microphone = false, sandboxToken, wishes = {} }: StartFlow) {
  if (sources.length === 0 && !demo) return [];
  const flow = sources.length === 0 ? demonstration() : ownCameras(sources);
  const wished = withWishes(microphone ? withMicrophone(flow) : flow, wishes);
  return withDashboard(sandboxToken === undefined && wishes.account === undefined ? withoutWhatsApp(wished) : wished);
}

function credentials({ sources, sandboxToken, wishes }: StartFlow): Record<string, Record<string, string>> {
  const others = (wishes?.channels ?? []).map((channel) => [secretNodeId(channel), channel.credentials] as const);
  return {
    ...accountCredentials(wishes?.account?.accessToken, sandboxToken),
    ...Object.fromEntries(others),
    ...logins(sources),
  };
}

function accountCredentials(own: string | undefined, sandbox: string | undefined) {
  if (own !== undefined) return { [ownAccountId]: { accessToken: own } };
  return sandbox === undefined ? {} : { 'demo-whatsapp': { accessToken: sandbox } };
}

/** What a changed start is told by, without the sandbox's token, which never changes. */
function secretsOf({ sources, wishes }: StartFlow): unknown {
  const token = wishes?.account?.accessToken;
  const others = (wishes?.channels ?? []).map((channel) => channel.credentials);
  if (others.length > 0) return [logins(sources), token ?? '', ...others];
  return token === undefined ? logins(sources) : [logins(sources), token];
}

function logins(sources: readonly FlowSource[]): Record<string, Record<string, string>> {
  const known = sources.map(({ username, password }, index) => [cameraId(index), { username, password }] as const);
  return Object.fromEntries(
    known.flatMap(([id, { username, password }]) =>
      username === undefined ? [] : [[id, { username, password: password ?? '' }]],
    ),
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
