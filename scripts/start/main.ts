import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildIsStale } from '../build.ts';
import { startDemoStream } from '../demo/demo-stream.ts';
import { startSandbox } from '../demo/whatsapp-sandbox.ts';
import { flowSources, prepareUserFolder, type FlowSource } from './flow.ts';
import { LiveLine } from './live-line.ts';
import { startNodeRed } from './node-red-process.ts';
import { readOptions, usage, UsageError, type StartOptions } from './options.ts';
import { assertPortFree, portFree } from './ports.ts';
import { keptSecret } from './secrets.ts';

/** Phone number ID of the sandbox; the same stands in flows/demo.json. */
const sandboxPhoneNumberId = '100000000000001';

/** Ends what it holds in reverse order of its start. */
class Closers {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

async function start(options: StartOptions, closers: Closers): Promise<number | string> {
  await assertPortFree(options.host, options.port);
  if (buildIsStale()) {
    console.log('Building the nodes...');
    await build();
  }
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const userFolder = join(options.data, 'node-red');
  mkdirSync(userFolder, { recursive: true });
  const sandboxToken = keptSecret(join(options.data, 'sandbox-token'));
  const credentialSecret = keptSecret(join(options.data, 'credential-secret'));

  const env: Record<string, string> = {
    ECHOSIGHT_HOST: options.host,
    ECHOSIGHT_PORT: String(options.port),
    ECHOSIGHT_CREDENTIAL_SECRET: credentialSecret,
  };
  let alerts = 0;
  if (options.demo) {
    const wanted = options.port + 1;
    const sandbox = await startSandbox({
      port: (await portFree('127.0.0.1', wanted)) ? wanted : 0,
      token: sandboxToken,
      phoneNumberId: sandboxPhoneNumberId,
    });
    closers.add(() => sandbox.close());
    sandbox.onMessage(() => {
      alerts += 1;
    });
    env.ECHOSIGHT_SANDBOX_URL = sandbox.url;
    console.log(`WhatsApp sandbox  ${sandbox.url}  (a stand-in: nothing leaves this machine)`);
  }
  const sources = await chooseSources(options, closers);
  sources.forEach((source, index) => {
    env[`ECHOSIGHT_SOURCE_${index + 1}`] = source.address;
  });

  const upToDate = prepareUserFolder(userFolder, sources, {
    sandboxToken: options.demo ? sandboxToken : undefined,
    credentialSecret,
  });
  if (!upToDate) {
    console.log(
      `Your edited flow is kept; new --source options are ignored. To start afresh use another --data folder.`,
    );
  }
  const address = `http://${options.host}:${options.port}`;
  const live = new LiveLine(`${address}/echosight/api/v1/health`, () =>
    alerts > 0 ? ` | ${alerts} messages sent` : '',
  );
  const nodeRed = startNodeRed(userFolder, env, join(options.data, 'node-red.log'), (line) => {
    live.say(line);
  });
  closers.add(() => nodeRed.stop());
  console.log(`Node-RED editor   ${address}`);
  console.log('Stop with Ctrl-C.');
  live.start();
  closers.add(() => {
    live.stop();
    return Promise.resolve();
  });
  return await nodeRed.ended;
}

async function chooseSources(options: StartOptions, closers: Closers): Promise<FlowSource[]> {
  if (options.sources.length > 0) return flowSources(options.sources);
  if (!options.demo) return [];
  const stream = await startDemoStream(join(import.meta.dirname, '..', 'demo', 'demo-clip.mp4'));
  closers.add(() => stream.close());
  console.log(`Demo camera       ${stream.url}  (a drawn scene, looping)`);
  return [{ name: 'entrance', address: stream.url }];
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const closers = new Closers();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
      void closers.run();
    });
  }
  try {
    const code = await start(options, closers);
    if (!stop.signal.aborted) {
      console.error(`Node-RED ended by itself (${code}); its log is ${join(options.data, 'node-red.log')}.`);
      process.exitCode = 1;
    }
  } finally {
    await closers.run();
  }
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else console.error(error instanceof Error ? String(error) : error);
  process.exitCode = 1;
});
