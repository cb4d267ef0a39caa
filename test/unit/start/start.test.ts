import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createDecipheriv, createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { Closers } from '../../../scripts/start/closers.ts';
import { flowSources, type FlowSource } from '../../../scripts/start/flow-sources.ts';
import { readOptions } from '../../../scripts/start/options.ts';
import { keptSecret } from '../../../scripts/start/secrets.ts';
import { UsageError } from '../../../scripts/start/usage-error.ts';
import { microphoneLine } from '../../../scripts/start/microphone.ts';
import { flowListening, prepareUserFolder, type StartFlow } from '../../../scripts/start/user-folder.ts';

const secrets = { sandboxToken: 'token-canary', credentialSecret: 'seal', demo: false };

function start(...sources: FlowSource[]): StartFlow {
  return { ...secrets, sources };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sentinel-start-'));
  t.after(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

interface Node {
  id: string;
  type: string;
  wires?: string[][];
  [setting: string]: unknown;
}

function flowIn(path: string): Node[] {
  return JSON.parse(readFileSync(join(path, 'flows.json'), 'utf8')) as Node[];
}

function unseal(file: string): Record<string, Record<string, string>> {
  const { $ } = JSON.parse(readFileSync(file, 'utf8')) as { $: string };
  const key = createHash('sha256').update(secrets.credentialSecret).digest();
  const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from($.slice(0, 32), 'hex'));
  return JSON.parse(decipher.update($.slice(32), 'base64', 'utf8') + decipher.final('utf8')) as never;
}

describe('npm start', () => {
  test('listens on loopback by default and elsewhere only with a password', () => {
    const options = readOptions([], {});
    assert.ok(options !== 'help');
    assert.equal(options.host, '127.0.0.1');
    assert.throws(() => readOptions(['--host', '0.0.0.0'], {}), UsageError);
    assert.throws(() => readOptions(['--host', '0.0.0.0'], { ECHOSIGHT_ADMIN_PASSWORD: 'short' }), UsageError);
    const open = readOptions(['--host', '0.0.0.0'], { ECHOSIGHT_ADMIN_PASSWORD: 'long enough' });
    assert.ok(open !== 'help' && open.host === '0.0.0.0');
  });

  test('says what is wrong with the command line', () => {
    for (const args of [['--port', 'x'], ['--port', '70000'], ['--nonsense'], ['--source']]) {
      assert.throws(() => readOptions(args, {}), UsageError, args.join(' '));
    }
  });

  test('takes several sources', () => {
    const options = readOptions(['--source', 'a.mp4', '--source', 'rtsp://b/1', '--no-demo'], {});
    assert.ok(options !== 'help');
    assert.deepEqual(options.sources, ['a.mp4', 'rtsp://b/1']);
    assert.equal(options.demo, false);
  });

  const gate: FlowSource = {
    name: 'gate',
    address: 'rtsp://192.168.1.20/s',
    username: 'admin',
    password: 'pass-canary',
  };
  const yard: FlowSource = { name: 'yard', address: '/videos/yard.mp4' };

  test('takes logins out of addresses, numbers names that are alike, and refuses what cannot be a video', (t) => {
    const video = join(folder(t), 'yard.mp4');
    const picture = join(folder(t), 'yard.jpg');
    for (const file of [video, picture]) writeFileSync(file, '');
    const [camera, first, second] = flowSources(['rtsp://admin:pass-canary@192.168.1.20/s', video, video]);
    assert.deepEqual(camera, { ...gate, name: 'camera-1' });
    assert.deepEqual([first?.name, second?.name], ['yard-mp4', 'yard-mp4-2']);
    assert.throws(() => flowSources([`${video}.gone`]), /There is no file/);
    assert.throws(() => flowSources([picture]), /is a picture/);
    assert.throws(() => flowSources(['rtsp://169.254.169.254/']), UsageError);
  });

  test('brings every page of the dashboard, and what they share once', (t) => {
    const path = folder(t);
    prepareUserFolder(path, start(gate));
    const flow = flowIn(path);
    assert.equal(new Set(flow.map(({ id }) => id)).size, flow.length);
    const pages = flow.filter(({ type }) => type === 'ui-page');
    assert.deepEqual(
      pages.sort((a, b) => Number(a.order) - Number(b.order)).map((page) => page.path),
      ['/incidents', '/history', '/sound-lab', '/system', '/rules', '/accounts'],
    );
    for (const [type, count] of [
      ['ui-template', 6],
      ['ui-theme', 1],
      ['ui-base', 1],
    ] as const) {
      assert.equal(flow.filter((node) => node.type === type).length, count, type);
    }
  });

  test('keeps logins and tokens out of the flow and seals them in the credentials', (t) => {
    const path = folder(t);
    assert.deepEqual(prepareUserFolder(path, start(gate, yard)), {
      addresses: [gate.address, yard.address],
      kept: false,
    });
    for (const file of ['flows.json', 'flows_cred.json', '.flow-written-by-start']) {
      const text = readFileSync(join(path, file), 'utf8');
      for (const canary of ['pass-canary', 'token-canary']) assert.ok(!text.includes(canary), file);
    }
    const credentials = unseal(join(path, 'flows_cred.json'));
    assert.deepEqual(credentials['demo-camera-1'], { username: 'admin', password: 'pass-canary' });
    assert.deepEqual(credentials['demo-whatsapp'], { accessToken: 'token-canary' });
  });

  test("somebody's own cameras are heard but not recorded, each in an area of its own", (t) => {
    const path = folder(t);
    prepareUserFolder(path, start(gate, yard));
    const cameras = flowIn(path).filter((node) => node.type === 'sentinel-camera');
    assert.deepEqual(
      cameras.map(({ address, area, audio }) => [address, area, audio]),
      [
        ['${ECHOSIGHT_SOURCE_1}', 'gate', 'analyse'],
        ['${ECHOSIGHT_SOURCE_2}', 'yard', 'analyse'],
      ],
    );
  });

  test('keeps a flow that somebody edited, and sends the logins of its cameras nowhere else', (t) => {
    const path = folder(t);
    prepareUserFolder(path, start(gate));
    writeFileSync(join(path, 'flows.json'), '[]');
    assert.deepEqual(prepareUserFolder(path, start(gate)), { addresses: [gate.address], kept: false });
    const elsewhere = { name: 'gate', address: 'rtsp://10.0.0.66/s' };
    assert.deepEqual(prepareUserFolder(path, start(elsewhere)), { addresses: [gate.address], kept: true });
    assert.equal(prepareUserFolder(path, start({ ...gate, password: 'new' })).kept, true);
    assert.equal(readFileSync(join(path, 'flows.json'), 'utf8'), '[]');
  });

  test('an unedited flow follows a changed password', (t) => {
    const path = folder(t);
    prepareUserFolder(path, start(gate));
    prepareUserFolder(path, start({ ...gate, password: 'new' }));
    assert.equal(unseal(join(path, 'flows_cred.json'))['demo-camera-1']?.password, 'new');
  });

  test('without a sandbox the flow has no WhatsApp nodes and no loose wire', (t) => {
    const path = folder(t);
    prepareUserFolder(path, { sources: [yard], demo: false, credentialSecret: 'seal' });
    const flow = flowIn(path);
    assert.ok(!flow.some((node) => node.type.includes('whatsapp')));
    const ids = new Set(flow.map((node) => node.id));
    for (const wire of flow.flatMap((node) => (node.wires ?? []).flat())) assert.ok(ids.has(wire), wire);
  });

  test('listens to a microphone only when there is one, and says so of an edited flow too', (t) => {
    const path = folder(t);
    prepareUserFolder(path, start(gate));
    assert.equal(flowListening(path).listening, 'off');
    assert.equal(prepareUserFolder(path, { ...start(gate), microphone: true }).kept, false);
    assert.equal(flowListening(path).listening, 'analyse');
    assert.match(microphoneLine(flowListening(path)) ?? '', /keeps nothing; --no-microphone turns it off/);
    const microphone = flowIn(path).find(({ type }) => type === 'mic-in');
    assert.deepEqual([microphone?.audio, microphone?.area], ['analyse', 'home']);
    prepareUserFolder(path, start(gate));
    assert.equal(flowListening(path).listening, 'off');

    prepareUserFolder(path, { ...start(gate), microphone: true });
    const edited = flowIn(path).map((node) => (node.type === 'mic-in' ? { ...node, name: 'hall' } : node));
    writeFileSync(join(path, 'flows.json'), JSON.stringify(edited));
    assert.equal(prepareUserFolder(path, start(gate)).kept, false, 'nothing but the microphone changed');
    assert.equal(flowListening(path).listening, 'analyse');
    assert.match(microphoneLine(flowListening(path)) ?? '', /your edited flow listens/);
    const recording = edited.map((node) => (node.type === 'mic-in' ? { ...node, audio: 'record' } : node));
    writeFileSync(join(path, 'flows.json'), JSON.stringify(recording));
    assert.match(microphoneLine(flowListening(path)) ?? '', /may record/);
    const off = edited.map((node) => (node.type === 'tab' ? { ...node, disabled: true } : node));
    writeFileSync(join(path, 'flows.json'), JSON.stringify(off));
    assert.equal(flowListening(path).listening, 'off');
  });

  test('a link to a repository that was moved is replaced', (t) => {
    const path = folder(t);
    const link = join(path, 'node_modules', '@echosight', 'node-red-sentinel');
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(join(path, 'gone'), link);
    prepareUserFolder(path, start(yard));
    assert.ok(existsSync(join(link, 'package.json')));
  });

  test('a flow of which no start knows, after a full disk for one, is kept like an edited one', (t) => {
    const path = folder(t);
    prepareUserFolder(path, start());
    const written = join(path, '.flow-written-by-start');
    for (const damage of [
      () => {
        writeFileSync(written, '{"flow":');
      },
      () => {
        rmSync(written);
      },
    ]) {
      damage();
      const flow = readFileSync(join(path, 'flows.json'), 'utf8');
      assert.equal(prepareUserFolder(path, start()).kept, true);
      assert.equal(flowListening(path).edited, true);
      assert.equal(readFileSync(join(path, 'flows.json'), 'utf8'), flow);
    }
  });

  test('what begins after the end was asked for ends at once', async () => {
    const ended: string[] = [];
    const closers = new Closers();
    const step = (name: string) => () => Promise.resolve(ended.push(name));
    closers.add(step('first'));
    closers.add(step('second'));
    await closers.run();
    closers.add(step('late'));
    await closers.run();
    assert.deepEqual(ended, ['second', 'first', 'late']);
  });

  test('what cannot be ended is said, and does not keep the rest', async (t) => {
    const said = t.mock.method(console, 'error', () => undefined);
    const ended: string[] = [];
    const closers = new Closers();
    closers.add(() => Promise.resolve(ended.push('first')));
    closers.add(() => Promise.reject(new Error('it hangs')));
    closers.add(() => {
      throw new Error('it hangs');
    });
    await closers.run();
    assert.deepEqual(ended, ['first']);
    assert.equal(said.mock.callCount(), 2);
    assert.match(String(said.mock.calls[0]?.arguments[0]), /it hangs/);
  });

  test('keeps a secret in a file that only its owner reads', (t) => {
    const file = join(folder(t), 'sandbox-token');
    const secret = keptSecret(file);
    assert.match(secret, /^[0-9a-f]{48}$/);
    assert.equal(keptSecret(file), secret);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
