import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Detections } from '../../src/contracts/messages.ts';
import { modelFile } from '../../src/process/package-files.ts';
import { personJpeg } from '../demo-media.ts';
import { until } from '../faults/vitals.ts';
import { catchAll, NodeRedHost, probe, type FlowNode, type Message } from '../hosts/node-red-host.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { familyModels } from '../unit/vision/family-models.ts';
import { withEmptyScans } from '../unit/vision/jpeg-segments.ts';
import { lyingPng, pngEnd, pngHeader, pngOf } from '../unit/vision/png-chunks.ts';
import { writeModel } from '../unit/vision/written-model.ts';

/** What a process may take on top of what it has after its first picture, in MB. */
const mostGrowth = 600;

/** Frames and other things that no JSON can carry, made where a function node makes them: in a realm of its own. */
const made: Readonly<Record<string, string>> = {
  text: `{ payload: 'a picture' }`,
  'a JPEG as text': `{ payload: '/9j/4AAQSkZJRgABAQAAAQ' }`,
  nothing: `{ payload: null }`,
  'a number': `{ payload: 42 }`,
  'a list of bytes': `{ payload: [255, 216, 255, 224] }`,
  'bytes in another array': `{ payload: new Uint8Array([255, 216, 255, 224]) }`,
  'a buffer of JSON': `{ payload: { type: 'Buffer', data: [255, 216, 255] } }`,
  'no bytes': `{ payload: Buffer.alloc(0) }`,
  'a frame that is wider than it says': `frame({ width: 65 })`,
  'a frame with padding behind its rows': `frame({}, Buffer.alloc((64 * 3 + 16) * 48))`,
  'a frame of negative size': `frame({ width: -64, height: -48 })`,
  'a frame of fractions': `frame({ width: 6.4, height: 480 })`,
  'a frame whose size is text': `frame({ width: '64' })`,
  'a frame whose size is no number': `frame({ width: NaN })`,
  'a frame without a picture': `frame({}, null)`,
  'a frame whose picture is text': `frame({}, 'x'.repeat(64 * 48 * 3))`,
  'a frame of other numbers': `frame({}, new Float32Array(64 * 48 * 3))`,
  'a frame of an encoding that nobody knows': `frame({ encoding: 'nv12' })`,
  'a JPEG frame that is none': `frame({ encoding: 'jpeg' })`,
  'a JPEG frame without bytes': `frame({ encoding: 'jpeg' }, Buffer.alloc(0))`,
  'a frame of nobody': `frame({ source: undefined })`,
  'a frame of a name without end': `frame({ source: 'x'.repeat(100000) })`,
  'a frame of 36,000,003 pixels': `frame({ width: 36000003, height: 1 }, Buffer.alloc(3 * 36000003))`,
};
/** Node-RED itself cannot copy it for a Catch node, which gets the error alone. */
const uncopyable = { 'what only claims to be a buffer': `{ payload: Object.create(Buffer.prototype) }` };
/** Likewise, but good. */
const strange: Readonly<Record<string, string>> = {
  'a part of a larger memory': `frame({}, Buffer.from(new ArrayBuffer(64 * 48 * 3 + 100), 50, 64 * 48 * 3))`,
  'memory that threads share': `frame({}, Buffer.from(new SharedArrayBuffer(64 * 48 * 3)))`,
  'memory that can be resized': `frame({}, Buffer.from(new ArrayBuffer(64 * 48 * 3, { maxByteLength: 64 * 48 * 6 })))`,
  'one pixel': `frame({ width: 1, height: 1 }, Buffer.alloc(3))`,
};

const maker = `
const frame = (changes, image = Buffer.alloc(64 * 48 * 3, 128)) => ({
  payload: { v: 1, kind: 'frame', site: 's', area: 'a', source: 'cam ' + msg.req.query.case, seq: 1, capturedAt: Date.now(),
    width: 64, height: 48, encoding: 'rgb24', ...changes },
  image,
});
const makers = {${Object.entries({ ...made, ...uncopyable, ...strange })
  .map(([name, code]) => `${JSON.stringify(name)}: () => (${code}),`)
  .join('\n')}};
const name = msg.req.query.case;
return Object.assign({ case: name }, makers[name] === undefined ? { payload: msg.payload } : makers[name]());
`;

/** A web address of this name whose body, or what the maker makes, reaches the detectron-infer of the name. */
function detector(name: string, settings: object): FlowNode[] {
  return [
    { id: `in-${name}`, type: 'http in', url: `/${name}`, method: 'post', wires: [[`make-${name}`, `reply-${name}`]] },
    { id: `reply-${name}`, type: 'http response', statusCode: '202', wires: [] },
    { id: `make-${name}`, type: 'function', func: maker, outputs: 1, wires: [[name]] },
    {
      id: name,
      type: 'detectron-infer',
      name,
      previewRate: 0,
      gate: false,
      ...settings,
      wires: [[`probe-${name}`], []],
    },
    probe(name),
  ];
}

const grey = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#777' } });

async function badPictures(): Promise<Record<string, Buffer>> {
  const jpeg = await personJpeg();
  const size = { width: 5000, height: 5000 };
  const progressive = await grey(size.width, size.height)
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const dark = { type: 'IDAT', data: deflateSync(Buffer.alloc((30_000 / 8 + 1) * 30_000)) };
  const png = await grey(200, 100).png().toBuffer();
  return {
    'a truncated JPEG': jpeg.subarray(0, jpeg.length / 2),
    'a truncated PNG': png.subarray(0, png.length - 40),
    'the start of a JPEG': jpeg.subarray(0, 3),
    'a GIF': await grey(64, 64).gif().toBuffer(),
    'a WebP': await grey(64, 64).webp().toBuffer(),
    'a TIFF': await grey(64, 64).tiff().toBuffer(),
    'an AVIF': await grey(64, 64).avif({ effort: 0 }).toBuffer(),
    'an SVG': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    'a page of HTML': Buffer.from('<!DOCTYPE html><html><body>401</body></html>'),
    'a bomb of 30,000 x 30,000 pixels': pngOf(pngHeader(30_000, 30_000, { depth: 1, colour: 0 }), dark, pngEnd),
    'a claim of 4,000,000,000 pixels': lyingPng(60_000, 60_000),
    'a JPEG of 2,646 scans': withEmptyScans(progressive, size, 2646),
  };
}

async function goodPictures(): Promise<Record<string, Buffer>> {
  return {
    'one pixel as PNG': await grey(1, 1).png().toBuffer(),
    'CMYK as JPEG': await grey(640, 480).toColourspace('cmyk').jpeg().toBuffer(),
    '16 bits and alpha as PNG': await grey(640, 480).ensureAlpha().toColourspace('rgb16').png().toBuffer(),
    'grey with alpha as PNG': await grey(640, 480).greyscale().ensureAlpha().png().toBuffer(),
    '8K as JPEG': await grey(7680, 4320).jpeg().toBuffer(),
    '8K as progressive JPEG': await grey(7680, 4320).jpeg({ progressive: true }).toBuffer(),
  };
}

describe('bad input of detectron-infer in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  before(async () => {
    host = await NodeRedHost.start();
  });
  after(() => host.stop());

  async function post(name: string, what: string, body: Uint8Array = new Uint8Array(1)): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    const address = `${host.url}/${name}?case=${encodeURIComponent(what)}`;
    const { status } = await fetch(address, { method: 'POST', headers, body: new Uint8Array(body) });
    assert.equal(status, 202);
  }
  const errorsOf = (what: string) =>
    host.messages('errors').filter((message) => message.case === what) as (Message & {
      error: { code: string; message: string };
    })[];
  const foundIn = (name: string, what: string) =>
    host
      .messages(name)
      .filter((message) => message.case === what)
      .map(({ payload }) => payload as Detections);
  const deploy = (...nodes: FlowNode[]) => {
    host.seen.length = 0;
    return host.deploy([...nodes, ...catchAll()]);
  };

  test('pictures and frames: each reaches the Catch node once, by name, and the next good one is analysed', async (t) => {
    await deploy(...detector('eye', { labels: '' }));
    const person = await personJpeg();
    const sees = async (what: string): Promise<void> => {
      await post('eye', what, person);
      await until(() => foundIn('eye', what).length === 1, `what is seen in ${what}`);
      assert.ok(
        foundIn('eye', what)[0]?.objects.some(({ label }) => label === 'person'),
        what,
      );
    };
    await sees('the first picture');
    const before = highest(host.pid);
    const bad = await badPictures();
    for (const [what, body] of Object.entries(bad)) await post('eye', what, body);
    for (const what of [...Object.keys(made), ...Object.keys(uncopyable)]) await post('eye', what);
    const all = [...Object.keys(bad), ...Object.keys(made)];
    await until(() => all.every((what) => errorsOf(what).length > 0), 'an error of each').catch(() => undefined);
    assert.deepEqual(
      all.filter((what) => errorsOf(what).length === 0),
      [],
      'without an error',
    );
    await sees('a good picture after the bad ones');

    const good = await goodPictures();
    for (const [what, body] of Object.entries(good)) {
      await post('eye', what, body);
      await until(() => foundIn('eye', what).length + errorsOf(what).length > 0, what);
    }
    for (const what of Object.keys(strange)) {
      await post('eye', what);
      await until(() => foundIn('eye', what).length + errorsOf(what).length > 0, what);
    }
    await sees('a good picture after all');
    const alone = host.messages('errors').filter((message) => message.case === undefined);
    assert.equal(alone.length, Object.keys(uncopyable).length);
    for (const what of all) {
      const [error, ...more] = errorsOf(what);
      assert.match(error?.error.code ?? '', /^ES_(BAD_INPUT|IMAGE_INVALID)$/, what);
      assert.deepEqual([more.length, foundIn('eye', what).length], [0, 0], what);
    }
    for (const what of [...Object.keys(good), ...Object.keys(strange)]) {
      assert.deepEqual([foundIn('eye', what).length, errorsOf(what)], [1, []], what);
    }
    const grown = highest(host.pid) - before;
    t.diagnostic(`${all.length} bad ones; the process grew by ${grown} MB at most`);
    assert.ok(grown < mostGrowth, `${grown} MB`);
  });

  test('models: every picture for a bad one is an error by name, and others are analysed meanwhile', async (t) => {
    const folder = temporaryFolder(t);
    const yolo = familyModels.find(({ name }) => name === 'YOLOv8 to v12');
    assert.ok(yolo !== undefined);
    const shipped = readFileSync(modelFile('nanodet-g-416.onnx'));
    const { value } = yolo.outputs[0] ?? {};
    assert.ok(value !== undefined);
    const place = (name: string, bytes: Uint8Array, description?: object): FlowNode[] => {
      writeFileSync(join(folder, `${name}.onnx`), bytes);
      if (description !== undefined) writeFileSync(join(folder, `${name}.json`), JSON.stringify(description));
      return detector(name, { model: join(folder, `${name}.onnx`), labels: '' });
    };
    const noNumbers = Object.fromEntries(
      Array.from({ length: 6 * 84 }, (_, index) => [index, index % 2 === 0 ? NaN : Infinity]),
    );
    const yoloBytes = writeModel(yolo);
    const bad: Record<string, { nodes: FlowNode[]; message: RegExp }> = {
      truncated: { nodes: place('truncated', shipped.subarray(0, 200_000)), message: /damaged|not recognised/ },
      text: { nodes: place('text', Buffer.from('version https://git-lfs.github.com/spec/v1\n')), message: /damaged/ },
      misfit: {
        nodes: place('misfit', yoloBytes, {
          labels: ['one', 'two'],
          family: 'rf-detr',
          input: { width: 64, height: 64 },
        }),
        message: /an output "labels"/,
      },
      exchanged: {
        nodes: place('exchanged', yoloBytes, { sha256: '0'.repeat(64) }),
        message: /not the one that its description means by its sha256/,
      },
    };
    const spoilt = { ...yolo, outputs: [{ name: 'output0', value: { dims: value.dims, at: noNumbers } }] };
    const nodes = Object.values(bad).flatMap((one) => one.nodes);
    await deploy(...nodes, ...place('spoilt', writeModel(spoilt)), ...detector('eye', {}));
    const person = await personJpeg();
    for (const turn of ['first', 'second']) {
      for (const name of [...Object.keys(bad), 'spoilt', 'eye']) await post(name, `${turn} of ${name}`, person);
    }
    const cases = (name: string) => [`first of ${name}`, `second of ${name}`];
    for (const [name, { message }] of Object.entries(bad)) {
      for (const what of cases(name)) {
        await until(() => errorsOf(what).length > 0, what, 120_000);
        assert.equal(errorsOf(what).length, 1, what);
        assert.match(errorsOf(what)[0]?.error.code ?? '', /^ES_MODEL_INVALID$/);
        assert.match(errorsOf(what)[0]?.error.message ?? '', message);
      }
    }
    for (const what of cases('spoilt')) {
      await until(() => foundIn('spoilt', what).length > 0, what, 120_000);
      assert.deepEqual(foundIn('spoilt', what)[0]?.objects, []);
    }
    await until(() => host.log.includes('that are no numbers; such are left out'), 'a line in the log');
    for (const what of cases('eye')) await until(() => foundIn('eye', what).length === 1, what);
    for (const name of Object.keys(bad)) assert.deepEqual(host.messages(name), []);
  });
});

/** The most memory that a process ever had, in MB; where the system does not say, 0. */
function highest(pid: number): number {
  const file = `/proc/${pid}/status`;
  const kilobytes = existsSync(file) ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return Math.round(Number(kilobytes ?? 0) / 1024);
}
