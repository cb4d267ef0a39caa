import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { dist, root } from '../../scripts/build/paths.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { Finding } from '../../src/contracts/findings.ts';
import { assertMatches } from '../../src/contracts/guards.ts';
import { freePort, NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { startDemoCamera } from './demo-camera.ts';

const login = { username: 'guard', password: 'c4nary-p4ss' };
const token = 'c4nary-token';
const secret = 'test';

interface Run {
  code: number | null;
  out: string;
  err: string;
}

/** The installed program, in a process of its own. */
async function echosight(
  args: readonly string[],
  env: Record<string, string> = {},
  cli = join(dist, 'cli.js'),
): Promise<Run> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run: Run = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (run.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (run.err += chunk.toString()));
  [run.code] = (await once(child, 'close')) as [number | null];
  return run;
}

function findingsOf(json: string): Finding[] {
  return checked((JSON.parse(json) as { findings: Finding[] }).findings);
}

function checked(findings: Finding[]): Finding[] {
  for (const finding of findings) assertMatches(Finding, finding, 'finding');
  return findings;
}

const accountSid = `AC${'0f'.repeat(16)}`;
const twilioToken = 'c4nary-twilio-token';

/** State and sentence of a finding. */
function said(findings: readonly Finding[], id: string, about?: string): string {
  const found = findings.find((finding) => finding.id === id && finding.about === about);
  return found === undefined ? 'nothing' : `${found.state}: ${found.says}`;
}

describe('echosight doctor', { timeout: 240_000 }, () => {
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;
  let sandbox: Sandbox;
  let twilio: TwilioServer;
  let host: NodeRedHost;
  let silent: Server;
  const sockets = new Set<Socket>();

  before(async () => {
    if (buildIsStale()) await build();
    camera = await startDemoCamera({ credentials: login, scheme: 'digest' });
    sandbox = await startSandbox({ port: 0, token, phoneNumberId: '15550100', latencyMs: 0 });
    twilio = await TwilioServer.start(accountSid, twilioToken);
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    host = await NodeRedHost.start();
    await host.deploy(await house());
    await add({ name: 'added', url: camera.url, ...login });
    await add({ name: 'strange', url: camera.url, ...login, password: 'c4nary-stream-old' });
  });

  async function add(stream: Record<string, string>): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${host.url}/echosight/api/v1/streams`, {
      ...{ method: 'POST', headers, body: JSON.stringify(stream) },
    });
    assert.equal(answer.status, 201, await answer.text());
  }

  after(async () => {
    await host.stop();
    await sandbox.close();
    await twilio.stop();
    await camera.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  async function house(): Promise<FlowNode[]> {
    const front = (name: string, address: string, credentials: Record<string, string> = {}): FlowNode => ({
      ...{ id: `camera-${name}`, type: 'sentinel-camera', name, area: 'hall', address, credentials, site: 'site' },
    });
    const account = (name: string, accessToken: string): FlowNode => ({
      ...{
        id: `account-${name}`,
        type: 'sentinel-whatsapp-account',
        name,
        phoneNumberId: '15550100',
        recipients: '+15550100001',
      },
      ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken } },
    });
    const sms = (name: string, authToken: string): FlowNode => ({
      ...{ id: `sms-${name}`, type: 'sentinel-sms-account', name, accountSid, from: '+15551230000' },
      ...{ recipients: [{ to: '+15550100001' }], baseUrl: twilio.url, credentials: { authToken } },
    });
    const nodes: FlowNode[] = [
      { id: 'site', type: 'sentinel-site', name: 'House', siteId: 'house', dataFolder: 'data' },
      { id: 'keep', type: 'evidence-store', site: 'site', wires: [[]] },
      front('right', camera.url, login),
      front('wrong', camera.url, { ...login, password: 'c4nary-wrong' }),
      front('nowhere', camera.url.replace('/front', '/attic'), login),
      front('refused', `rtsp://127.0.0.1:${await freePort()}/live`),
      front('silent', `rtsp://127.0.0.1:${(silent.address() as AddressInfo).port}/live`, login),
      front('metadata', 'http://169.254.169.254/latest'),
      account('good', token),
      account('expired', 'c4nary-old-token'),
      sms('texts', twilioToken),
      sms('locked', 'c4nary-twilio-old'),
      {
        id: 'push',
        type: 'sentinel-webhook-out',
        name: 'push',
        site: 'site',
        url: `${sandbox.url}/hook`,
        wires: [[], []],
      },
    ];
    const users = nodes.flatMap(({ id, type }): FlowNode[] => {
      if (type === 'sentinel-camera')
        return [{ id: `look-${id}`, type: 'rtsp-in', camera: id, rate: 1, wires: [[], [], []] }];
      if (type === 'sentinel-sms-account')
        return [{ id: `text-${id}`, type: 'sentinel-sms-out', account: id, site: 'site', wires: [[], []] }];
      if (type !== 'sentinel-whatsapp-account') return [];
      return [{ id: `tell-${id}`, type: 'whatsapp-out', account: id, site: 'site', wires: [[], []] }];
    });
    return [...nodes, ...users];
  }

  function assertWholeHouse(findings: readonly Finding[]): void {
    assert.match(said(findings, 'cameras', 'right'), /^ok: It sends h264, 768 x 432, sound \(aac\)/);
    assert.match(said(findings, 'cameras', 'wrong'), /^problem: The camera refused the user name or password/);
    assert.match(said(findings, 'cameras', 'nowhere'), /^problem: The camera answers, but has no stream/);
    assert.match(said(findings, 'cameras', 'refused'), /^problem: The camera refused the connection/);
    assert.match(said(findings, 'cameras', 'silent'), /^problem: The camera did not answer in time/);
    assert.match(said(findings, 'cameras', 'metadata'), /^problem: The host .* metadata address/);
    assert.match(said(findings, 'cameras', 'added'), /^ok: It sends h264, 768 x 432, sound \(aac\)/);
    assert.match(said(findings, 'cameras', 'strange'), /^problem: The camera refused the user name or password/);
    assert.match(said(findings, 'whatsapp', 'good'), /^ok: The access token is good for "EchoSight sandbox"/);
    assert.match(said(findings, 'whatsapp', 'expired'), /^problem: WhatsApp does not accept the access token/);
    assert.match(said(findings, 'channels', 'texts'), /^ok: Twilio accepts the account/);
    assert.match(said(findings, 'channels', 'locked'), /^problem: Twilio does not accept the account/);
    assert.match(said(findings, 'channels', 'push'), /^ok: Its host answers/);
    assert.equal(twilio.messages.length, 0);
    assert.match(said(findings, 'clock'), /^ok: The clock is right/);
    assert.match(said(findings, 'ffmpeg'), /^(ok|warning): ffmpeg /);
    assert.match(said(findings, 'models', 'nanodet-g-416'), /^ok: The file is whole and runs/);
    assert.match(said(findings, 'models', 'echosight-audio-v1'), /^ok: /);
    assert.match(said(findings, 'inference'), /^ok: Models run on onnxruntime-node [\d.]+ \(native\)/);
    assert.equal(sandbox.messages.length, 0);
  }

  test('reads a real user folder, its encrypted logins and the running site, and shows no secret', async () => {
    const run = await echosight(['doctor', '--json', '--user-dir', host.userDir, '--url', host.url], {
      NODE_RED_CREDENTIAL_SECRET: secret,
    });
    assert.equal(run.code, 1, run.err);
    const findings = findingsOf(run.out);
    assertWholeHouse(findings);
    assert.match(said(findings, 'flow'), /^ok: .*flows\.json has 23 nodes/);
    const user = process.platform === 'linux' ? `Process ${host.pid}` : 'Another process';
    assert.ok(said(findings, 'database').includes(`${user} uses it now`), said(findings, 'database'));
    assert.match(said(findings, 'access'), /^ok: The editor asks for no login and listens on this machine only/);
    assert.match(said(findings, 'disk'), /data can be written/);
    assert.ok(!(run.out + run.err).includes('c4nary'), run.out);
  });

  test('takes the secret from a file; without one it asks cameras without a login and says so', async () => {
    const key = join(host.userDir, 'key');
    writeFileSync(key, `${secret}\n`);
    const opened = await echosight([
      ...['doctor', '--json', '--user-dir', host.userDir, '--credential-secret-file', key],
    ]);
    assert.match(said(findingsOf(opened.out), 'cameras', 'right'), /^ok/);
    const closed = findingsOf((await echosight(['doctor', '--json', '--user-dir', host.userDir])).out);
    assert.ok(
      closed.some(({ id, state, says }) => id === 'flow' && state === 'warning' && says.includes('could not be read')),
    );
    assert.match(said(closed, 'cameras', 'right'), /^skipped: It answers and asks for a login/);
    assert.match(said(closed, 'whatsapp', 'good'), /^skipped/);
  });

  test('asks nobody offline', async () => {
    const run = await echosight(['doctor', '--json', '--offline', '--user-dir', host.userDir], {
      NODE_RED_CREDENTIAL_SECRET: secret,
    });
    const findings = findingsOf(run.out);
    for (const name of ['right', 'refused', 'added'])
      assert.equal(said(findings, 'cameras', name), 'skipped: Not asked: offline.');
    assert.match(said(findings, 'whatsapp', 'good'), /^skipped/);
  });

  test('examines the same inside Node-RED, for the editor', async () => {
    const ask = () => fetch(`${host.url}/echosight/sentinel-site/check`, { headers: { 'x-requested-with': 'test' } });
    // Two at once get the findings of one examination.
    const [one, two] = await Promise.all([ask(), ask()]);
    const text = await one.text();
    assert.equal(await two.text(), text);
    const findings = checked(JSON.parse(text) as Finding[]);
    assertWholeHouse(findings);
    assert.match(said(findings, 'flow'), /^ok: 23 nodes .* deployed/);
    assert.match(said(findings, 'database'), /This Node-RED uses it/);
    assert.match(said(findings, 'node-red'), /^ok: Node-RED \d/);
    assert.match(said(findings, 'access'), /^ok: .*this machine only/);
    assert.ok(!text.includes('c4nary') && !host.log.includes('c4nary'));
  });

  test('without the key of what the API added its cameras are named, and nothing else is less', async () => {
    const key = join(host.userDir, 'data', 'streams.key');
    const kept = readFileSync(key);
    rmSync(key);
    const run = await echosight(['doctor', '--json', '--offline', '--user-dir', host.userDir]);
    writeFileSync(key, kept, { mode: 0o600 });
    const findings = findingsOf(run.out);
    assert.match(
      said(findings, 'cameras'),
      /^problem: The file streams\.key of the data folder is missing: .* \(added, strange\)/,
    );
    assert.match(said(findings, 'cameras', 'right'), /^skipped: Not asked: offline/);
  });

  test('a check in Node-RED leaves the running site its folder', async () => {
    assert.equal(
      (await fetch(`${host.url}/echosight/sentinel-site/check`, { headers: { 'x-requested-with': 'test' } })).status,
      200,
    );
    const run = await echosight(['doctor', '--json', '--offline', '--user-dir', host.userDir]);
    assert.match(said(findingsOf(run.out), 'database'), /uses it now/);
  });
});

describe('echosight doctor on a broken installation', { timeout: 300_000 }, () => {
  let folder: string;

  before(async () => {
    if (buildIsStale()) await build();
    folder = mkdtempSync(join(tmpdir(), 'sentinel-doctor-'));
    writeFileSync(join(folder, 'flows.json'), '[]');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('names a missing ffmpeg, and how to install one', async () => {
    const run = await echosight(['doctor', '--offline', '--user-dir', folder], { FFMPEG_PATH: '/nowhere/ffmpeg' });
    assert.equal(run.code, 1, run.err);
    assert.match(run.out, /^PROBLEM {2}ffmpeg +The ffmpeg program "\/nowhere\/ffmpeg" cannot be started/m);
    assert.match(run.out, /-> (Install|Set)/);
    assert.match(run.out, /\d+ ok, \d+ warnings?, [1-9]\d* problems?, \d+ skipped\.\n$/);
  });

  test('names a damaged and a missing model file', async () => {
    const copy = join(folder, 'package');
    mkdirSync(copy);
    for (const part of ['dist', 'models', 'package.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    const model = join(copy, 'models', 'nanodet-g-416.onnx');
    const bytes = readFileSync(model);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(model, bytes);
    rmSync(join(copy, 'models', 'echosight-audio-v1.onnx'));
    const args = ['doctor', '--json', '--offline', '--user-dir', folder];
    const run = await echosight(args, {}, join(copy, 'dist', 'cli.js'));
    assert.equal(run.code, 1, run.err);
    const findings = findingsOf(run.out);
    assert.match(said(findings, 'models', 'nanodet-g-416'), /^problem: .*not the one that came with the package/);
    assert.match(said(findings, 'models', 'echosight-audio-v1'), /^problem: .*cannot be read/);
  });

  test('names a data folder that takes nothing', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'a folder that refuses even root (Linux)')) return;
    const run = await echosight(['doctor', '--json', '--offline', '--user-dir', folder, '--data-folder', '/proc/1']);
    const findings = findingsOf(run.out);
    assert.equal(run.code, 1, run.err);
    assert.match(said(findings, 'disk'), /^problem: The data folder \/proc\/1 cannot be written/);
  });

  test('names a damaged database and leaves it where it is', async () => {
    const data = join(folder, 'echosight');
    mkdirSync(data);
    writeFileSync(join(data, 'sentinel.db'), 'not a database, but long enough to be taken for one'.repeat(50));
    const run = await echosight(['doctor', '--json', '--offline', '--user-dir', folder]);
    assert.match(said(findingsOf(run.out), 'database'), /^problem: The database in .* is damaged/);
  });
});
