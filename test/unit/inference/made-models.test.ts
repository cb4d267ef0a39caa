import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { catalogEntries, isDownloadable, type DownloadableEntry } from '../../../src/inference/catalog.ts';
import { importModel, pullModel, stateOf, type PullTools } from '../../../src/inference/pulled-models.ts';
import { yamnetFromTflite } from '../../../src/tflite/yamnet.ts';
import { sharedFile, sharedRequirement } from '../../requirements.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeSmallTflite } from '../tflite/written-tflite.ts';

const source = writeSmallTflite();
const model = yamnetFromTflite(source);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A file as it stands in a `.tar`. */
function member(name: string, bytes: Uint8Array, type = '0'): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write(bytes.length.toString(8).padStart(11, '0'), 124);
  head.write(type, 156);
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function packed(...members: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...members, Buffer.alloc(1024)]));
}

const archive = packed(
  member('./', Buffer.alloc(0), '5'),
  member('./LICENSE', Buffer.from('Apache')),
  member('./1.tflite', source),
);

/** A server whose pages have these bytes; `/chunked` ones come without their length. */
async function serve(t: TestContext, pages: Readonly<Record<string, Uint8Array>>): Promise<(page: string) => string> {
  const server = createServer(({ url = '' }, response) => {
    const body = pages[url];
    if (body === undefined) response.writeHead(404).end();
    else if (url.startsWith('/chunked')) response.write(body, () => response.end());
    else response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (page) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${page}`;
}

function entry(addresses: string[] = [], archives: string[] = []): DownloadableEntry {
  return {
    ...{ id: 'mine', title: 'Mine', task: 'sound', family: 'yamnet', license: 'Apache-2.0', labels: ['Glass'] },
    ...{ file: 'mine.onnx', sha256: hash(model) },
    download: {
      ...{ bytes: model.length, addresses },
      made: { from: 'yamnet-tflite', bytes: source.length, sha256: hash(source), archives },
    },
  };
}

const tools = (): PullTools => ({
  ...{ clock: new SiteClock(), signal: new AbortController().signal, stallMs: 1000 },
  pause: () => Promise.resolve(),
  onProgress: () => undefined,
  tell: () => undefined,
});

function assertWhole(folder: string): void {
  assert.deepEqual(readdirSync(folder), ['mine.onnx'], 'nothing else is left');
  assert.ok(readFileSync(join(folder, 'mine.onnx')).equals(model));
}

describe('a model that is made of what its publishers hand out', () => {
  test('is downloaded and made', async (t) => {
    const folder = temporaryFolder(t);
    const at = await serve(t, { '/1.tflite': source });
    const one = entry([at('/1.tflite')]);
    await pullModel(one, folder, tools());
    assertWhole(folder);
    assert.equal(await stateOf(one, folder), 'whole');
  });

  for (const page of ['/download', '/chunked']) {
    test(`comes out of an archive where the file itself is gone (${page})`, async (t) => {
      const folder = temporaryFolder(t);
      const at = await serve(t, { [page]: archive });
      await pullModel(entry([at('/gone')], [at(page)]), folder, tools());
      assertWhole(folder);
    });
  }

  const wrong: [what: string, bytes: Uint8Array][] = [
    ['an archive without it', packed(member('1.tflite', Buffer.from(source).fill(0, 100, 200)))],
    ['an archive that is cut off', archive.subarray(0, archive.length - 100)],
    ['an archive that lies about sizes', packed(member('1.tflite', source).fill('7', 124, 135))],
    ['a bomb', gzipSync(Buffer.alloc(50_000_000))],
    ['a page', Buffer.from('<html>')],
    ['another file of the same size', Buffer.from(source).reverse()],
  ];
  for (const [what, bytes] of wrong) {
    test(`is refused: ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      const at = await serve(t, { '/download': bytes });
      await assert.rejects(pullModel(entry([], [at('/download')]), folder, tools()), {
        name: 'ES_DOWNLOAD_FAILED',
        message: /127\.0\.0\.1/,
      });
      assert.deepEqual(readdirSync(folder), []);
      const file = join(temporaryFolder(t), 'yamnet.tflite');
      writeFileSync(file, bytes);
      await assert.rejects(importModel(entry(), file, folder, new SiteClock()), {
        name: 'ES_MODEL_INVALID',
        message: /not the model "mine"/,
        hint: new RegExp(`only one fits: ${source.length} bytes, SHA-256 ${hash(source)}`),
      });
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  for (const [what, bytes] of [
    ['the file', source],
    ['its archive', archive],
    ['the model itself, from another machine', model],
  ] as const) {
    test(`is taken from a file that somebody brought along: ${what}`, async (t) => {
      const [folder, file] = [temporaryFolder(t), join(temporaryFolder(t), 'any name')];
      writeFileSync(file, bytes);
      await importModel(entry(), file, folder, new SiteClock());
      assertWhole(folder);
    });
  }

  test('the official YAMNet becomes the one of the catalogue', async (t) => {
    const official = ['models', 'yamnet_classification_tflite_1.tflite'] as const;
    if (!sharedRequirement(t, ...official)) return;
    const yamnet = catalogEntries()
      .filter(isDownloadable)
      .find(({ id }) => id === 'yamnet');
    assert.ok(yamnet !== undefined);
    const folder = temporaryFolder(t);
    await importModel(yamnet, sharedFile(...official), folder, new SiteClock());
    assert.equal(await stateOf(yamnet, folder), 'whole');
  });
});
