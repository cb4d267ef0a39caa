import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SentinelError } from '../../src/contracts/errors.ts';
import { lockFolder } from '../../src/database/folder-lock.ts';
import { build, buildIsStale } from '../build.ts';
import { startDemoStream } from '../demo/demo-stream.ts';
import { startSandbox } from '../demo/whatsapp-sandbox.ts';
import { Closers } from './closers.ts';
import { dashboardPath, type FlowNode } from './flow.ts';
import { flowSources } from './flow-sources.ts';
import { LiveLine } from './live-line.ts';
import { startNodeRed } from './node-red-process.ts';
import { withEnvFile } from './env-file.ts';
import { envFileOption, readOptions, usage, type StartOptions } from './options.ts';
import { microphoneLine, microphonePresent } from './microphone.ts';
import { assertPortFree, portFree } from './ports.ts';
import { keptSecret } from './secrets.ts';
import { UsageError } from './usage-error.ts';
import { flowListening, prepareUserFolder } from './user-folder.ts';
import { variableLines } from './variable-lines.ts';

/** Phone number ID of the sandbox; the same stands in flows/demo.json. */
const sandboxPhoneNumberId = '100000000000001';
const demoClip = join(import.meta.dirname, '..', 'demo', 'demo-clip.mp4');
import { channelSecrets } from './other-channels.ts';

/** @returns exit code or signal of Node-RED; undefined when the end was asked for before it began. */
async function start(
  options: StartOptions,
  inherited: NodeJS.ProcessEnv,
  closers: Closers,
): Promise<number | string | undefined> {
  const sources = flowSources(options.sources);
  await assertPortFree(options.host, options.port);
  makeDataFolder(options.data);
  lock(options.data, closers);
  if (buildIsStale()) {
    console.log('Building the nodes...');
    await build();
  }
  const userFolder = join(options.data, 'node-red');
  mkdirSync(userFolder, { recursive: true });
  const sandboxToken = keptSecret(join(options.data, 'sandbox-token'));
  const credentialSecret = keptSecret(join(options.data, 'credential-secret'));
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    // Else Express tells who sends a broken request the paths of this machine.
    NODE_ENV: inherited.NODE_ENV === undefined || inherited.NODE_ENV === '' ? 'production' : inherited.NODE_ENV,
    ECHOSIGHT_HOST: options.host,
    ECHOSIGHT_PORT: String(options.port),
    ECHOSIGHT_CREDENTIAL_SECRET: credentialSecret,
  };

  const demoCamera = options.demo && sources.length === 0;
  const { wishes } = options;
  const { addresses, kept } = prepareUserFolder(userFolder, {
    ...{ sources, credentialSecret, demo: demoCamera, wishes },
    microphone: options.microphone && (await microphonePresent()),
    ...(options.demo ? { sandboxToken } : {}),
  });
  const empty = sources.length === 0 && !demoCamera;
  for (const line of variableLines(options, kept ? 'kept' : empty ? 'empty' : 'written')) console.log(line);
  // It lies in the credentials now; a flow of somebody's own may still want it by name.
  if (wishes.account !== undefined && !kept) delete env.WHATSAPP_ACCESS_TOKEN;
  if (wishes.channels !== undefined && !kept) for (const name of channelSecrets) Reflect.deleteProperty(env, name);

  let messages = 0;
  // A kept flow may still use the sandbox.
  if (options.demo && (wishes.account === undefined || kept)) {
    env.ECHOSIGHT_SANDBOX_URL = await sandbox(options, sandboxToken, closers, () => (messages += 1));
  }
  const cameras = demoCamera && addresses.length === 0 ? [await demoStream(closers)] : addresses;
  cameras.forEach((address, index) => {
    env[`ECHOSIGHT_SOURCE_${index + 1}`] = address;
  });
  if (closers.asked) return undefined;

  const live = new LiveLine(
    `${localAddress(options)}/echosight/api/v1/health`,
    inherited.ECHOSIGHT_ADMIN_PASSWORD,
    () => (messages > 0 ? ` | ${messages} ${messages === 1 ? 'message' : 'messages'} sent` : ''),
  );
  const nodeRed = startNodeRed(userFolder, env, join(options.data, 'node-red.log'), (line) => {
    live.say(line);
  });
  closers.add(() => nodeRed.stop());
  const heard = microphoneLine(flowListening(userFolder));
  if (heard !== undefined) console.log(heard);
  console.log(`Node-RED editor   ${localAddress(options)}`);
  const page = dashboardPath(JSON.parse(readFileSync(join(userFolder, 'flows.json'), 'utf8')) as FlowNode[]);
  if (page !== undefined) console.log(`Dashboard         ${localAddress(options)}${page}`);
  if (options.host in everywhere) console.log('Other machines use the address of this one instead.');
  if (inherited.ECHOSIGHT_ADMIN_PASSWORD)
    console.log('Log in as admin, with ECHOSIGHT_ADMIN_PASSWORD as the password.');
  console.log('Stop with Ctrl-C.');
  live.start();
  closers.add(() => {
    live.stop();
    return Promise.resolve();
  });
  return await nodeRed.ended;
}

/** @throws UsageError where a file is in the way, or nothing may be written. */
function makeDataFolder(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${data} cannot be the data folder (${reason}). Choose another one with --data DIR.`);
  }
}

/** Before anything is written: a second start must not touch what the first one works with. */
function lock(data: string, closers: Closers): void {
  try {
    const held = lockFolder(data);
    closers.add(() => {
      held.release();
      return Promise.resolve();
    });
  } catch (error) {
    if (!(error instanceof SentinelError) || error.name !== 'ES_SITE_LOCKED') throw error;
    throw new UsageError(`The product already runs on ${data}. For a second one use --data DIR and --port N.`);
  }
}

async function sandbox(
  { port }: StartOptions,
  token: string,
  closers: Closers,
  onMessage: () => void,
): Promise<string> {
  const wanted = port + 1;
  const running = await startSandbox({
    port: (await portFree('127.0.0.1', wanted)) ? wanted : 0,
    token,
    phoneNumberId: sandboxPhoneNumberId,
  });
  closers.add(() => running.close());
  running.onMessage(onMessage);
  console.log(`WhatsApp sandbox  ${running.url}  (a stand-in: nothing leaves this machine)`);
  return running.url;
}

async function demoStream(closers: Closers): Promise<string> {
  const stream = await startDemoStream(demoClip);
  closers.add(() => stream.close());
  console.log(`Demo camera       ${stream.url}  (a drawn scene, looping)`);
  return stream.url;
}

/** Addresses that stand for every one of this machine, and where the machine itself reaches them. */
const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where this machine reaches Node-RED: the health route answers nobody else without a login. */
function localAddress({ host, port }: StartOptions): string {
  return `http://${inUrl(everywhere[host] ?? host)}:${port}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const env = withEnvFile(process.env, envFileOption(args));
  const options = readOptions(args, env);
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const closers = new Closers();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      void closers.run();
    });
  }
  try {
    const ended = await start(options, env, closers);
    if (!closers.asked) {
      console.error(`Node-RED ended by itself (${ended ?? ''}); its log is ${join(options.data, 'node-red.log')}.`);
      process.exitCode = 1;
    }
  } catch (error) {
    // A terminal sends Ctrl-C to the programs that the start waits for, too.
    if (!closers.asked) throw error;
  } finally {
    await closers.run();
  }
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else console.error(error instanceof Error ? String(error) : error);
  process.exitCode = 1;
});
