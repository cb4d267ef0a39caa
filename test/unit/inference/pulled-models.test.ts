import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import type { DownloadableEntry } from '../../../src/inference/catalog.ts';
import { importModel, pullModel, stateOf, type PullTools } from '../../../src/inference/pulled-models.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const model = randomBytes(300_000);
const half = model.length / 2;
const sha256 = createHash('sha256').update(model).digest('hex');

type Answer = (response: ServerResponse, from: number) => void;

/** As a good server does. */
const good: Answer = (response, from) => {
  const headers = { 'content-length': model.length - from };
  if (from === 0) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${model.length - 1}/${model.length}` });
  response.end(model.subarray(from));
};
/** Says that all comes, and sends half of what is missing. */
const truncating: Answer = (response, from) => {
  response.writeHead(from === 0 ? 200 : 206, {
    'content-length': model.length - from,
    ...(from > 0 && { 'content-range': `bytes ${from}-${model.length - 1}/${model.length}` }),
  });
  response.write(model.subarray(from, from + half), () => response.destroy());
};
const stalling: Answer = (response) => {
  response.writeHead(200, { 'content-length': model.length });
  response.write(model.subarray(0, 1000));
};
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(code, headers).end('no');
  };

/** A server that gives one answer after the other, the last for ever, and notes from which bytes on it was asked. */
async function serve(t: TestContext, ...answers: Answer[]) {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    asked.push(from);
    response.on('error', () => undefined);
    (answers[asked.length - 1] ?? answers.at(-1) ?? good)(response, from);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx` };
}

function entryAt(...addresses: string[]): DownloadableEntry {
  return {
    ...{ id: 'mine', title: 'Mine', task: 'detection', family: 'yolox', license: 'MIT', labels: ['person'] },
    ...{ file: 'mine.onnx', sha256, download: { bytes: model.length, addresses } },
  };
}

function tools(signal = new AbortController().signal): PullTools & { said: string[]; shown: number[] } {
  const said: string[] = [];
  const shown: number[] = [];
  return {
    ...{ said, shown, signal, clock: new SiteClock(), stallMs: 200 },
    pause: () => Promise.resolve(),
    onProgress: (there) => shown.push(there),
    tell: (line) => said.push(line),
  };
}

function assertWhole(folder: string): void {
  assert.deepEqual(readdirSync(folder), ['mine.onnx'], 'nothing else is left');
  assert.ok(readFileSync(join(folder, 'mine.onnx')).equals(model));
}

describe('a pulled model', () => {
  test('comes whole, with progress', async (t) => {
    const folder = join(temporaryFolder(t), 'new', 'models');
    const { address, asked } = await serve(t, good);
    const told = tools();
    assert.equal(await stateOf(entryAt(address), folder), 'absent');
    await pullModel(entryAt(address), folder, told);
    assertWhole(folder);
    assert.equal(await stateOf(entryAt(address), folder), 'whole');
    assert.equal(told.shown.at(-1), model.length);
    assert.deepEqual([asked, told.said], [[0], []]);
  });

  const overcome: [what: string, answers: Answer[], asked: ('all' | 'rest')[]][] = [
    ['a connection that is cut', [truncating, good], ['all', 'rest']],
    ['one that is cut again and again', [truncating, truncating, truncating, good], ['all', 'rest']],
    ['a server that falls silent', [stalling, good], ['all', 'rest']],
    ['one that is busy', [status(503), status(429), good], ['all', 'all', 'all']],
    [
      'one that starts again from the beginning',
      [
        truncating,
        (response) => {
          good(response, 0);
        },
      ],
      ['all', 'rest'],
    ],
    ['one that cannot go on', [truncating, status(416), good], ['all', 'rest', 'all']],
    ['a redirect', [status(302, { location: '/elsewhere' }), good], ['all', 'all']],
    [
      'an answer of another version in the middle',
      [
        truncating,
        (response, from) => {
          const headers = { 'content-range': `bytes ${from}-${model.length - 1}/${model.length}` };
          response.writeHead(206, headers).end(Buffer.alloc(model.length - from));
        },
        good,
      ],
      ['all', 'rest', 'all'],
    ],
  ];
  for (const [what, answers, asked] of overcome) {
    test(`survives ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      const server = await serve(t, ...answers);
      await pullModel(entryAt(server.address), folder, tools());
      assertWhole(folder);
      const ranges = server.asked.map((from) => (from === 0 ? 'all' : 'rest'));
      assert.deepEqual(ranges.slice(0, asked.length), asked);
    });
  }

  const refused: [what: string, answer: Answer, message: RegExp][] = [
    ['another file of the same size', (response) => response.end(randomBytes(model.length)), /SHA-256 is wrong/],
    ['a page instead', (response) => response.end('<html>'), /file of 6 bytes, not of 300000/],
    [
      'a length that is a lie',
      (response) => {
        response.writeHead(200, { 'content-length': 10e9 }).write('a');
      },
      /file of 10000000000 bytes/,
    ],
    ['a file without end', endless, /more than 300000 bytes/],
    [
      'a packed file',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('a');
      },
      /packed/,
    ],
    ['404', status(404), /HTTP 404/],
    ['500 for ever', status(500), /HTTP 500/],
    ['a redirect to a metadata address', status(302, { location: 'https://169.254.169.254/latest' }), /metadata/],
    ['one that hides it', status(302, { location: 'https://[::ffff:a9fe:a9fe]/' }), /metadata/],
    ['a redirect to a file', status(302, { location: 'file:///etc/passwd' }), /redirects to file:/],
    ['a redirect that drops the encryption', status(301, { location: 'http://models.example/' }), /https:\/\/ alone/],
    ['a redirect with a login', status(301, { location: 'https://user@models.example/' }), /https:\/\/ alone/],
    ['redirects without end', status(302, { location: '/again' }), /without end/],
    [
      'another part',
      (response, from) => {
        response.writeHead(206, { 'content-range': `bytes ${from + 7}-9/${model.length}` }).end('a');
      },
      /another part/,
    ],
  ];
  for (const [what, answer, message] of refused) {
    test(`is refused: ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      const { address } = await serve(t, answer);
      await assert.rejects(pullModel(entryAt(address), folder, tools()), (error: Error & { hint?: string }) => {
        assert.equal(error.name, 'ES_DOWNLOAD_FAILED');
        assert.match(error.message, message);
        assert.match(error.hint ?? '', /--from FILE/);
        return true;
      });
      assert.equal(existsSync(join(folder, 'mine.onnx')), false);
      assert.equal(existsSync(join(folder, 'mine.onnx.lock')), false);
    });
  }

  test('comes from the next address when the first has another file', async (t) => {
    const folder = temporaryFolder(t);
    const [first, second] = [await serve(t, (response) => response.end('gone')), await serve(t, good)];
    await pullModel(entryAt(first.address, second.address), folder, tools());
    assertWhole(folder);
  });

  test('that was interrupted is gone on with, and is no model meanwhile', async (t) => {
    const folder = temporaryFolder(t);
    const { address, asked } = await serve(t, stalling, good);
    const abort = new AbortController();
    const stopped = {
      ...tools(abort.signal),
      stallMs: 60_000,
      onProgress: () => {
        abort.abort();
      },
    };
    await assert.rejects(pullModel(entryAt(address), folder, stopped), { name: 'AbortError' });
    assert.deepEqual(readdirSync(folder), ['mine.onnx.part']);
    await pullModel(entryAt(address), folder, tools());
    assertWhole(folder);
    assert.deepEqual(asked, [0, 1000]);
  });

  test('is pulled by one at a time', async (t) => {
    const folder = temporaryFolder(t);
    const refusal = Promise.withResolvers<undefined>();
    const { address } = await serve(t, (response) => {
      void refusal.promise.then(() => {
        good(response, 0);
      });
    });
    const first = pullModel(entryAt(address), folder, { ...tools(), stallMs: 60_000 });
    while (!existsSync(join(folder, 'mine.onnx.lock'))) await new Promise((resolve) => setTimeout(resolve, 5));
    await assert.rejects(pullModel(entryAt(address), folder, tools()), { message: /pulled already/ });
    refusal.resolve(undefined);
    await first;
    assertWhole(folder);
  });

  test('does not wait for a pull whose process is gone', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'mine.onnx.lock'), '999999999');
    await pullModel(entryAt((await serve(t, good)).address), folder, tools());
    assertWhole(folder);
  });

  test('takes the place of a damaged one', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'mine.onnx'), model.subarray(1));
    const entry = entryAt((await serve(t, good)).address);
    assert.equal(await stateOf(entry, folder), 'damaged');
    await pullModel(entry, folder, tools());
    assertWhole(folder);
  });

  test('says that the disk is full', { skip: !existsSync('/dev/full') }, async (t) => {
    const folder = temporaryFolder(t);
    symlinkSync('/dev/full', join(folder, 'mine.onnx.part'));
    const { address } = await serve(t, good);
    await assert.rejects(pullModel(entryAt(address), folder, tools()), { message: /The disk is full/ });
    assert.equal(existsSync(join(folder, 'mine.onnx')), false);
  });

  test('is asked for through the proxy', async (t) => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.after(() => proxy.close());
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    t.after(() => {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    });
    await assert.rejects(pullModel(entryAt('https://models.invalid/mine.onnx'), temporaryFolder(t), tools()));
    assert.equal(tunnels[0], 'models.invalid:443');
  });
});

describe('a model that somebody brought along', () => {
  test('is taken in by its hash', async (t) => {
    const folder = temporaryFolder(t);
    const source = join(temporaryFolder(t), 'any name');
    writeFileSync(source, model);
    await importModel(entryAt(), source, folder, new SiteClock());
    assertWhole(folder);
  });

  test('is refused when it is another one', async (t) => {
    const [folder, source] = [temporaryFolder(t), join(temporaryFolder(t), 'other.onnx')];
    const bring = () => importModel(entryAt(), source, folder, new SiteClock());
    await assert.rejects(bring(), { name: 'ES_MODEL_MISSING' });
    writeFileSync(source, model.subarray(1));
    await assert.rejects(bring(), { name: 'ES_MODEL_INVALID', message: /299999 bytes/ });
    writeFileSync(source, randomBytes(model.length));
    await assert.rejects(bring(), { name: 'ES_MODEL_INVALID', message: /SHA-256/ });
    mkdirSync(join(folder, 'sub'));
    assert.deepEqual(readdirSync(folder), ['sub']);
  });
});

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
  };
  response.on('drain', more);
  more();
}
