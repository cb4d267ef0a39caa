import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AudioScores } from '../../src/contracts/messages.ts';
import { resample } from '../../src/pcm/resample.ts';
import { decodeFrames, encodeWav, openWav } from '../../src/pcm/wav.ts';
import { paneWav } from '../demo-media.ts';
import { until } from '../faults/vitals.ts';
import { catchAll, NodeRedHost, probe, type FlowNode, type Message } from '../hosts/node-red-host.ts';

/** Samples that no JSON can carry, made where a function node makes them: in a realm of its own. */
const hostile: Readonly<Record<string, string>> = {
  text: `{ payload: 'a sound' }`,
  'nothing at all': `{}`,
  'samples without a word of what they are': `{ payload: 'x', samples: new Float32Array(100) }`,
  'samples of no rate': `{ payload: {}, samples: new Float32Array(100) }`,
  'samples of a billion a second': `{ payload: { sampleRate: 1e9 }, samples: new Float32Array(100) }`,
  'no samples': `{ payload: { sampleRate: 16000 }, samples: new Float32Array(0) }`,
  'a list of numbers': `{ payload: { sampleRate: 16000 }, samples: [0, 0, 0] }`,
  'samples that are no numbers': `{ payload: { sampleRate: 16000 }, samples: new Float32Array(16000).fill(NaN) }`,
  'half an hour of samples': `{ payload: { sampleRate: 4000 }, samples: new Int16Array(4000 * 1800) }`,
  'a window that is too short': `{ payload: window(), samples: new Float32Array(100) }`,
  'a window of NaN': `{ payload: window(), samples: new Float32Array(15600).fill(NaN) }`,
  'a window without its level': `{ payload: window({ dbfs: undefined }), samples: new Float32Array(15600) }`,
  'a window of nobody': `{ payload: window({ source: undefined }), samples: new Float32Array(15600) }`,
};

const maker = `
const window = (changes) => ({ v: 1, kind: 'audio-window', site: 's', area: 'a', source: 'mic', seq: 1, capturedAt: Date.now(),
  sampleRate: 16000, hop: 7680, dbfs: -20, peak: 0.1, record: false, ...changes });
const makers = {${Object.entries(hostile)
  .map(([name, code]) => `${JSON.stringify(name)}: () => (${code}),`)
  .join('\n')}};
const { case: name, rate, channels } = msg.req.query;
if (makers[name] !== undefined) return { case: name, ...makers[name]() };
if (rate === undefined) return { case: name, payload: msg.payload };
const samples = new Int16Array(msg.payload.buffer.slice(msg.payload.byteOffset, msg.payload.byteOffset + msg.payload.length));
return { case: name, payload: { sampleRate: Number(rate), channels: Number(channels), source: 'gate' }, samples };
`;

const flow: FlowNode[] = [
  { id: 'in', type: 'http in', url: '/sound', method: 'post', wires: [['make', 'reply']] },
  { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
  { id: 'make', type: 'function', func: maker, outputs: 1, wires: [['ear']] },
  { id: 'ear', type: 'audio-classify', name: 'ear', hop: '0.24', wires: [['probe-heard']] },
  probe('heard'),
  ...catchAll(),
];

/** A WAV file of a form that `encodeWav` does not write: `tag` 1 is integers, 3 floats. */
function wav(samples: Float32Array, form: { tag: number; bits: number; channels?: number; rate?: number }): Buffer {
  const { tag, bits, channels = 1, rate = 16_000 } = form;
  const header = encodeWav(new Float32Array(), rate);
  const data = Buffer.alloc((samples.length * channels * bits) / 8);
  for (let place = 0; place < samples.length * channels; place += 1) {
    const sample = samples[Math.floor(place / channels)] ?? 0;
    const at = (place * bits) / 8;
    if (tag === 3) data.writeFloatLE(sample, at);
    else if (bits === 8) data.writeUInt8(Math.round(sample * 127) + 128, at);
    else data.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), at, bits / 8);
  }
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

describe('bad and unusual sound in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  before(async () => {
    host = await NodeRedHost.start();
    await host.deploy(flow);
  });
  after(() => host.stop());

  async function post(what: string, body: Uint8Array = new Uint8Array(1), query = ''): Promise<void> {
    // A connection that is kept may be closed by the other side just when it is used again.
    const headers = { 'content-type': 'application/octet-stream', connection: 'close' };
    const address = `${host.url}/sound?case=${encodeURIComponent(what)}${query}`;
    const response = await fetch(address, { method: 'POST', headers, body: new Uint8Array(body) });
    await response.arrayBuffer();
    assert.equal(response.status, 202);
  }
  const of = (name: string, what: string) => host.messages(name).filter((message) => message.case === what);
  const errorsOf = (what: string) => of('errors', what) as (Message & { error: { code: string } })[];
  const scoresOf = (what: string) => of('heard', what).map(({ payload }) => payload as AudioScores);
  const answered = (what: string) => until(() => errorsOf(what).length + scoresOf(what).length > 0, what, 60_000);

  function pane(): Float32Array {
    const { data, format } = openWav(paneWav());
    return resample(decodeFrames(data, format), format.sampleRate, 16_000);
  }

  test('WAV files: each form is heard, and what is none reaches the Catch node once, by name', async () => {
    const sound = pane();
    const good = wav(sound, { tag: 1, bits: 16 });
    const heard: Record<string, Buffer> = {
      '8 bits': wav(sound, { tag: 1, bits: 8 }),
      '24 bits': wav(sound, { tag: 1, bits: 24 }),
      'floats of 32 bits': wav(sound, { tag: 3, bits: 32 }),
      stereo: wav(sound, { tag: 1, bits: 16, channels: 2 }),
      '96 kHz': wav(resample(sound, 16_000, 96_000), { tag: 1, bits: 16, rate: 96_000 }),
      'cut off in the middle': good.subarray(0, good.length - 4001),
    };
    const refused: Record<string, Buffer> = {
      'an empty file': Buffer.alloc(0),
      'a page of text': Buffer.from('<!DOCTYPE html><html><body>401</body></html>'),
      'a header alone': good.subarray(0, 44),
      'a header cut off': good.subarray(0, 30),
      'ten hours': wav(new Float32Array(), { tag: 1, bits: 8, rate: 4000 }),
      'floats that are no numbers': wav(new Float32Array(16_000).fill(NaN), { tag: 3, bits: 32 }),
    };
    const tenHours = Buffer.alloc(44 + 4000 * 36_000, 0x80);
    refused['ten hours']?.copy(tenHours);
    tenHours.writeUInt32LE(4000 * 36_000, 40);
    refused['ten hours'] = tenHours.subarray(0, 30_000_000);
    for (const [what, bytes] of Object.entries({ ...heard, ...refused })) await post(what, bytes);
    await post('a single sample', wav(Float32Array.of(0.01), { tag: 1, bits: 16 }));
    for (const what of [...Object.keys(heard), ...Object.keys(refused), 'a single sample']) await answered(what);
    for (const what of Object.keys(heard)) {
      assert.deepEqual([scoresOf(what).length, errorsOf(what)], [1, []], what);
      assert.ok(
        scoresOf(what)[0]?.triggered.includes('glass_break'),
        `${what}: ${scoresOf(what)[0]?.triggered.join()}`,
      );
    }
    for (const what of Object.keys(refused)) {
      assert.deepEqual([scoresOf(what).length, errorsOf(what).length], [0, 1], what);
      assert.match(errorsOf(what)[0]?.error.code ?? '', /^ES_(AUDIO_INVALID|BAD_INPUT)$/, what);
    }
    assert.deepEqual(scoresOf('a single sample')[0]?.triggered, []);
  });

  test('samples: hostile ones are errors by name, and those of a stereo stream at 48 kHz are heard', async () => {
    for (const what of Object.keys(hostile)) await post(what);
    for (const what of Object.keys(hostile)) {
      await answered(what);
      assert.deepEqual([scoresOf(what).length, errorsOf(what).length], [0, 1], what);
      assert.match(errorsOf(what)[0]?.error.code ?? '', /^ES_(AUDIO_INVALID|BAD_INPUT)$/, what);
    }
    const stereo = wav(resample(pane(), 16_000, 48_000), { tag: 1, bits: 16, channels: 2, rate: 48_000 }).subarray(44);
    const silence = new Uint8Array(4 * 48_000);
    // In pieces of 0.1 s, as a program that records gives them.
    const bytes = Buffer.concat([silence, stereo, silence]);
    for (let from = 0; from < bytes.length; from += 19_200) {
      await post('a stream', bytes.subarray(from, from + 19_200), '&rate=48000&channels=2');
    }
    const length = bytes.length / 4 / 48_000;
    const windows = 1 + 2 * Math.floor((length - 0.01 - 0.975) / 0.48);
    await until(() => scoresOf('a stream').length >= windows, `${windows} windows every 0.24 s`, 60_000);
    const scores = scoresOf('a stream');
    assert.ok(scores.some(({ triggered }) => triggered.includes('glass_break')));
    assert.deepEqual(new Set(scores.map(({ source }) => source)), new Set(['gate']));
    assert.equal((of('heard', 'a stream')[0]?.samples as Float32Array | undefined)?.length, 15_600);
    assert.deepEqual(errorsOf('a stream'), []);
  });
});
