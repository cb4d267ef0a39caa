import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createDecipheriv, createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { flowSources, prepareUserFolder } from '../../../scripts/start/flow.ts';
import { readOptions, UsageError } from '../../../scripts/start/options.ts';
import { keptSecret } from '../../../scripts/start/secrets.ts';

const secrets = { sandboxToken: 'token-canary', credentialSecret: 'seal' };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sentinel-start-'));
  t.after(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
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

  test('keeps logins and tokens out of the flow and seals them in the credentials', (t) => {
    const path = folder(t);
    const sources = flowSources(['rtsp://admin:pass-canary@192.168.1.20/stream1', '/videos/yard.mp4']);
    assert.equal(prepareUserFolder(path, sources, secrets), true);
    const flow = readFileSync(join(path, 'flows.json'), 'utf8');
    const sealed = readFileSync(join(path, 'flows_cred.json'), 'utf8');
    for (const canary of ['pass-canary', 'token-canary']) {
      assert.ok(!flow.includes(canary));
      assert.ok(!sealed.includes(canary));
    }
    const credentials = unseal(join(path, 'flows_cred.json'));
    assert.deepEqual(credentials['demo-camera-1'], { username: 'admin', password: 'pass-canary' });
    assert.deepEqual(credentials['demo-whatsapp'], { accessToken: 'token-canary' });
    const cameras = (JSON.parse(flow) as { type: string; address?: string }[]).filter(
      (node) => node.type === 'sentinel-camera',
    );
    assert.deepEqual(
      cameras.map((camera) => camera.address),
      ['${ECHOSIGHT_SOURCE_1}', '${ECHOSIGHT_SOURCE_2}'],
    );
  });

  test('keeps a flow that somebody edited', (t) => {
    const path = folder(t);
    prepareUserFolder(path, flowSources(['/videos/a.mp4']), secrets);
    writeFileSync(join(path, 'flows.json'), '[]');
    assert.equal(prepareUserFolder(path, flowSources(['/videos/a.mp4', '/videos/b.mp4']), secrets), false);
    assert.equal(readFileSync(join(path, 'flows.json'), 'utf8'), '[]');
  });

  test('without a sandbox the flow has no WhatsApp nodes and no loose wire', (t) => {
    const path = folder(t);
    prepareUserFolder(path, flowSources(['/videos/a.mp4']), { ...secrets, sandboxToken: undefined });
    const flow = JSON.parse(readFileSync(join(path, 'flows.json'), 'utf8')) as {
      id: string;
      type: string;
      wires?: string[][];
    }[];
    assert.ok(!flow.some((node) => node.type.includes('whatsapp')));
    const ids = new Set(flow.map((node) => node.id));
    for (const wire of flow.flatMap((node) => (node.wires ?? []).flat())) assert.ok(ids.has(wire), wire);
  });

  test('keeps a secret in a file that only its owner reads', (t) => {
    const file = join(folder(t), 'sandbox-token');
    const secret = keptSecret(file);
    assert.match(secret, /^[0-9a-f]{48}$/);
    assert.equal(keptSecret(file), secret);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
