import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import type { ModelDownload } from '../../../src/contracts/model-download.ts';
import type { DownloadableEntry } from '../../../src/inference/catalog.ts';
import { ModelDownloads } from '../../../src/site/model-downloads.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const model = randomBytes(50_000);

/** A server of this machine that hands a file out, when it is told to. */
async function place(t: TestContext, bytes = model) {
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 1000));
    waiting.push(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sounds.onnx`;
  const go = (): void => {
    for (const response of waiting.splice(0)) response.end(bytes.subarray(1000));
  };
  return { address, waiting, go };
}

function downloadsFrom(folder: string, address: string): ModelDownloads {
  const sha256 = createHash('sha256').update(model).digest('hex');
  const entry: DownloadableEntry = {
    ...{ id: 'sounds', title: 'Sounds', task: 'sound', family: 'yamnet', license: 'MIT', labels: ['Glass'] },
    ...{ file: 'sounds.onnx', sha256, download: { bytes: model.length, addresses: [address] } },
  };
  return new ModelDownloads({ entries: () => [entry], folder: () => folder, clock: new SiteClock() });
}

async function until(downloads: ModelDownloads, holds: (state: ModelDownload) => boolean): Promise<ModelDownload> {
  while (!holds(downloads.of('sounds'))) await sleep(5);
  return downloads.of('sounds');
}

describe('a download that a dialog asked for', () => {
  test('is told with its progress, runs once however often it is asked for, and leaves the whole file', async (t) => {
    const folder = temporaryFolder(t);
    const { address, waiting, go } = await place(t);
    const downloads = downloadsFrom(folder, address);
    assert.deepEqual(downloads.of('sounds'), { state: 'idle', there: 0, bytes: model.length });
    downloads.begin('sounds');
    downloads.begin('sounds');
    await until(downloads, ({ there }) => there === 1000);
    assert.equal(waiting.length, 1);
    go();
    const done = await until(downloads, ({ state }) => state !== 'running');
    assert.deepEqual(done, { state: 'done', there: model.length, bytes: model.length });
    assert.deepEqual(readdirSync(folder), ['sounds.onnx']);
    assert.ok(readFileSync(join(folder, 'sounds.onnx')).equals(model));
  });

  test('that brings another file fails with a sentence that names the way without a network, and can be tried again', async (t) => {
    const folder = temporaryFolder(t);
    const { address, go } = await place(t, randomBytes(model.length));
    const downloads = downloadsFrom(folder, address);
    downloads.begin('sounds');
    await until(downloads, ({ there }) => there === 1000);
    go();
    const { state, said = '' } = await until(downloads, (now) => now.state !== 'running');
    assert.equal(state, 'failed');
    assert.match(said, /SHA-256 is wrong.*npx echosight models pull sounds --from FILE/);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(downloads.begin('sounds').state, 'running');
    await until(downloads, ({ there }) => there === 1000);
    go();
    await until(downloads, (now) => now.state === 'failed');
  });

  test('is refused for what is in no catalogue', (t) => {
    const downloads = downloadsFrom(temporaryFolder(t), 'http://127.0.0.1:9/');
    assert.throws(() => downloads.begin('../../etc/passwd'), { name: 'ES_MODEL_MISSING' });
    assert.throws(() => downloads.of(''), { name: 'ES_MODEL_MISSING' });
  });
});
