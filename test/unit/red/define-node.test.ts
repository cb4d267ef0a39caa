import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { defineNode } from '../../../src/red/define-node.ts';
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
    assert.deepEqual(seen, { name: '', camera: 'c', width: 640, rate: 2.5 });
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
