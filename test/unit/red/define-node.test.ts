import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { defineNode } from '../../../src/red/define-node.ts';
import type { RawConfig } from '../../../src/red/node-red.ts';
import { FakeRed } from './fake-red.ts';

function fakeRed(t: TestContext): FakeRed {
  const userDir = mkdtempSync(join(tmpdir(), 'sentinel-red-'));
  t.after(() => {
    rmSync(userDir, { recursive: true, force: true });
  });
  return new FakeRed(userDir);
}

describe('defineNode', () => {
  test('fills in the defaults of the schema and converts numbers from text fields', (t) => {
    const red = fakeRed(t);
    let seen: unknown;
    defineNode({
      type: 'rtsp-in',
      create(node) {
        seen = node.config;
        return undefined;
      },
    })(red);
    const node = red.create({ id: 'a', type: 'rtsp-in', camera: 'c', rate: '2.5' });
    assert.deepEqual(node.errors, []);
    assert.deepEqual(seen, { name: '', from: 'camera', camera: 'c', site: '', width: 640, rate: 2.5 });
  });

  test('an emptied field means the default, unless empty is an answer of its own', (t) => {
    const red = fakeRed(t);
    let seen: { labels: string; threshold: number } | undefined;
    defineNode({
      type: 'detectron-infer',
      create(node) {
        seen = node.config;
        return undefined;
      },
    })(red);
    red.create({ id: 'a', type: 'detectron-infer', labels: '', threshold: '' });
    assert.deepEqual([seen?.labels, seen?.threshold], ['', 0.4]);
  });

  test('a setting of a wrong form is explained in words, and the status ends with a whole word', (t) => {
    const red = fakeRed(t);
    defineNode({ type: 'sentinel-camera', create: () => undefined })(red);
    const node = red.create({ id: 'a', type: 'sentinel-camera', name: 'front door!', address: 'rtsp://camera/1' });
    assert.equal(
      (node.errors[0]?.error as SentinelError).message,
      'The settings of front door! are not usable: name has a wrong form (Source name in topics and alerts: letters, digits, _ and -).',
    );
    assert.equal(
      node.statuses.at(-1)?.text,
      'The settings of front door! are not usable: name has a wrong form (Source name…',
    );
  });

  test('environment variables stand in for settings and credentials of every kind, with their defaults', (t) => {
    const red = fakeRed(t);
    red.environment = { LOOK_RATE: '2.5', RULE_SCORE: '0.8', TOKEN: 'token-canary', EMPTY: '' };
    const seen: Record<string, unknown>[] = [];
    for (const type of ['rtsp-in', 'whatsapp-out', 'fuse-severity', 'sentinel-whatsapp-account'] as const) {
      defineNode({
        type,
        create({ config, credentials }) {
          seen.push({ ...config, ...credentials });
          return undefined;
        },
      })(red);
    }
    const rule = { id: 'x', enabled: true, severity: 2, all: [{ kind: 'object', label: '${LABEL:car}' }] };
    red.create({ id: 'a', type: 'rtsp-in', camera: 'c', rate: '${LOOK_RATE}', width: '${WIDTH:320}' });
    red.create({ id: 'b', type: 'whatsapp-out', account: 'w', sendSnapshot: '${PICTURES:false}' });
    red.create({
      ...{ id: 'c', type: 'fuse-severity', quietSeconds: '${EMPTY:10}' },
      rules: [{ ...rule, all: [{ ...rule.all[0], minimumScore: '${RULE_SCORE}' }] }],
    });
    red.create(
      { id: 'd', type: 'sentinel-whatsapp-account', phoneNumberId: '${ID:1}', recipients: '+15550100001' },
      { accessToken: '${TOKEN}' },
    );
    assert.deepEqual(
      seen.map(({ rate, width, sendSnapshot, quietSeconds, rules, accessToken }) => [
        ...[rate, width, sendSnapshot, quietSeconds, accessToken],
        (rules as Rule[] | undefined)?.[0]?.all[0],
      ]),
      [
        [2.5, 320, undefined, undefined, undefined, undefined],
        [undefined, undefined, false, undefined, undefined, undefined],
        [undefined, undefined, undefined, 10, undefined, { kind: 'object', label: 'car', minimumScore: 0.8 }],
        [undefined, undefined, undefined, undefined, 'token-canary', undefined],
      ],
    );
  });

  const unset: [string, RawConfig, Record<string, string>, RegExp][] = [
    [
      'setting',
      { id: 'a', type: 'rtsp-in', camera: 'c', rate: '${FRAME_RATE}' },
      {},
      /FRAME_RATE.*setting rate of rtsp/,
    ],
    [
      'credential',
      { id: 'a', type: 'sentinel-whatsapp-account', phoneNumberId: '1', recipients: '+15550100001' },
      { accessToken: '${WHATSAPP_ACCESS_TOKEN}' },
      /WHATSAPP_ACCESS_TOKEN.*credential accessToken of sentinel-whatsapp-account/,
    ],
    [
      'part of a rule',
      {
        ...{ id: 'a', type: 'fuse-severity' },
        rules: [{ id: 'x', enabled: true, severity: 2, all: [{ kind: 'object', label: '${LABEL}' }] }],
      },
      {},
      /LABEL.*setting rules of fuse-severity/,
    ],
  ];
  for (const [what, config, credentials, expected] of unset) {
    test(`a ${what} whose environment variable is not set is an error that names it`, (t) => {
      const red = fakeRed(t);
      defineNode({ type: config.type as 'rtsp-in', create: () => undefined })(red);
      const node = red.create(config, credentials);
      assert.equal(node.statuses[0]?.fill, 'red');
      assert.match(String(node.errors[0]?.error), expected);
      assert.match(String(node.errors[0]?.error), /^ES_BAD_CONFIG: .* is not set, but .* names it\. Set/);
    });
  }

  test('a wrong setting is a red status and one named error, and every input is answered with it', async (t) => {
    const red = fakeRed(t);
    defineNode({ type: 'rtsp-in', create: () => ({ input: () => undefined }) })(red);
    const node = red.create({ id: 'a', type: 'rtsp-in', camera: 'c', rate: 'often' });
    assert.equal(node.statuses[0]?.fill, 'red');
    assert.equal(node.errors.length, 1);
    assert.match(String(node.errors[0]?.error), /^ES_BAD_CONFIG: .*rate/);
    const { error, calls } = await node.input({ payload: 1 });
    assert.ok(error instanceof SentinelError);
    assert.equal(error.name, 'ES_BAD_CONFIG');
    assert.equal(calls, 1);
  });

  test('an error of an input reaches done exactly once and nothing else', async (t) => {
    const red = fakeRed(t);
    defineNode({
      type: 'evidence-store',
      create: () => ({
        input: () => {
          throw new SentinelError('ES_BAD_INPUT', 'No.');
        },
      }),
    })(red);
    const node = red.create({ id: 'a', type: 'evidence-store' });
    const { error, calls } = await node.input({});
    assert.equal((error as SentinelError).name, 'ES_BAD_INPUT');
    assert.equal(calls, 1);
    assert.deepEqual(node.errors, []);
  });

  test('a reference finds the config node of the right type and no other', (t) => {
    const red = fakeRed(t);
    defineNode({ type: 'sentinel-camera', create: () => undefined })(red);
    defineNode({
      type: 'rtsp-in',
      create(node) {
        const camera = node.reference('sentinel-camera', node.config.camera);
        assert.equal(camera.config.name, 'gate');
        assert.equal(camera.credentials.password, 'secret');
        return undefined;
      },
    })(red);
    const camera = { id: 'c', type: 'sentinel-camera', name: 'gate', address: 'rtsp://camera/1' };
    red.create(camera, { password: 'secret' });
    assert.deepEqual(red.create({ id: 'a', type: 'rtsp-in', camera: 'c' }).errors, []);
    const lost = red.create({ id: 'b', type: 'rtsp-in', camera: 'nowhere' });
    assert.match(String(lost.errors[0]?.error), /ES_BAD_CONFIG: The sentinel-camera/);
  });

  test('secrets are declared as credentials, passwords as such', (t) => {
    const red = fakeRed(t);
    defineNode({ type: 'sentinel-camera', create: () => undefined })(red);
    assert.deepEqual(red.types.get('sentinel-camera')?.credentials, {
      username: { type: 'text' },
      password: { type: 'password' },
    });
  });

  test('closing waits for the handler, even when it fails', async (t) => {
    const red = fakeRed(t);
    const closed: string[] = [];
    defineNode({
      type: 'fuse-severity',
      create: (node) => ({
        close: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          closed.push(node.id);
          throw new Error('while closing');
        },
      }),
    })(red);
    await red.create({ id: 'a', type: 'fuse-severity' }).close();
    assert.deepEqual(closed, ['a']);
  });
});
