import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { paneSound, recognisedPane, roomTone } from '../../scripts/demo/pane-sound.ts';
import { assertMatches } from '../../src/contracts/guards.ts';
import { Prediction, SoundModelStatus, type RetrainAnswer } from '../../src/contracts/prediction.ts';
import type { TrainingStatus } from '../../src/contracts/training.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { until } from '../faults/vitals.ts';
import { NodeRedHost } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { zipOf } from '../zip-writer.ts';

/** A room in which a pane breaks at a second; never, where there is none. */
function room(seconds: number, breaksAt?: number, seed = recognisedPane): Float32Array {
  const sound = roomTone(seconds, 7 + seed);
  if (breaksAt === undefined) return sound;
  paneSound(seed).forEach((sample, index) => {
    const at = Math.round(breaksAt * 16_000) + index;
    if (at < sound.length) sound[at] = (sound[at] ?? 0) + 0.7 * sample;
  });
  return sound;
}

interface WavForm {
  rate?: number;
  channels?: number;
  bits?: number;
  /** Instead of the true number of bytes. */
  saysBytes?: number;
}

/** A WAV file of any form; `bits` 32 means floats. */
function wavOf(samples: Float32Array, { rate = 16_000, channels = 1, bits = 16, saysBytes }: WavForm = {}): Buffer {
  const bytes = bits / 8;
  const data = Buffer.alloc(samples.length * channels * bytes);
  samples.forEach((sample, index) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = (index * channels + channel) * bytes;
      if (bits === 8) data.writeUInt8(Math.round(sample * 127) + 128, at);
      else if (bits === 32) data.writeFloatLE(sample, at);
      else data.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), at, bytes);
    }
  });
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(bits === 32 ? 3 : 1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * bytes, 28);
  header.writeUInt16LE(channels * bytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(saysBytes ?? data.length, 40);
  return Buffer.concat([header, data]);
}

/** Every third sample, with what lies between: crude, but a pane is a pane. */
function stretched(samples: Float32Array, times: number): Float32Array {
  return Float32Array.from({ length: samples.length * times }, (_, index) => {
    const at = Math.floor(index / times);
    const [first, second] = [samples[at] ?? 0, samples[at + 1] ?? 0];
    return first + (second - first) * ((index % times) / times);
  });
}

describe('the sound routes of a real Node-RED', () => {
  let host: NodeRedHost;
  let address: string;
  before(async () => {
    host = await NodeRedHost.start();
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Home' },
      { id: 'ears', type: 'audio-classify', site: 'site', wires: [[]] },
      { id: 'use', type: 'http in', url: '/use', method: 'post', wires: [['train', 'reply']] },
      { id: 'train', type: 'sentinel-audio-train', site: 'site', wires: [[], []] },
      { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
    ]);
    address = `${host.url}/echosight/api/v1/sound`;
  });
  after(() => host.stop());

  function send(route: string, bytes: Uint8Array): Promise<Response> {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(bytes)]), 'sound');
    // A connection that was kept may be closed by the server just when it is used again.
    return fetch(`${address}/${route}`, { method: 'POST', body: form, headers: { connection: 'close' } });
  }

  async function predicted(bytes: Uint8Array, query = ''): Promise<Prediction> {
    const response = await send(`predict${query}`, bytes);
    const said: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(said));
    assertMatches(Prediction, said, 'prediction');
    return said as Prediction;
  }

  test('a pane at second 10 is heard, and where it breaks (SEF1); silence around it is no reason to be calm', async () => {
    const said = await predicted(encodeWav(room(14, 10), 16_000));
    assert.equal(said.prediction, 1);
    assert.equal(said.class, 'danger');
    assert.ok(said.triggered.includes('glass_break'));
    assert.ok(said.at > 8.9 && said.at <= 10.1, `${said.at} s`);
    assert.equal(said.confidence, said.probability);
    assert.equal(said.windows.length, 29);
    const calm = await predicted(encodeWav(room(14), 16_000));
    assert.deepEqual([calm.prediction, calm.class], [0, 'safe']);
    assert.ok(Math.abs(calm.confidence + calm.probability - 1) < 1e-9, 'confidence is P(class)');
  });

  test('the threshold is stated and can be chosen (SEF5)', async () => {
    const pane = encodeWav(room(3, 1), 16_000);
    const usual = await predicted(pane);
    assert.equal(usual.threshold, 0.5);
    const strict = await predicted(pane, '?threshold=1');
    assert.deepEqual([strict.prediction, strict.threshold], [0, 1]);
    assert.equal(strict.probability, usual.probability, 'what was heard is the same');
  });

  test('the spectrogram is numbers of the same front end (SEF2)', async () => {
    const { spectrogram } = await predicted(encodeWav(room(3, 1), 16_000), '?spectrogram=1');
    assert.ok(spectrogram);
    assert.equal(Buffer.from(spectrogram.data, 'base64').length, spectrogram.columns * spectrogram.bands);
    assert.ok(Math.abs(spectrogram.columns * spectrogram.secondsPerColumn - 3) < 0.05);
  });

  /** What Node-RED keeps in a folder for files of short jobs; it has no camera. */
  const leftByHost = (base: string): string[] =>
    existsSync(base)
      ? readdirSync(base).filter((name) => name.startsWith('echosight-') && name.includes(`-${host.pid}-`))
      : [];

  const pane = room(3, 1);
  const forms: Readonly<Record<string, Buffer>> = {
    '8 bit': wavOf(pane, { bits: 8 }),
    '24 bit': wavOf(pane, { bits: 24 }),
    '32 bit float': wavOf(pane, { bits: 32 }),
    stereo: wavOf(pane, { channels: 2 }),
    '96 kHz': wavOf(stretched(pane, 6), { rate: 96_000 }),
    'cut off': wavOf(pane).subarray(0, 70_000),
    'a size that says 10 hours': wavOf(pane, { saysBytes: 0xffff_fff0 }),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    test(`a WAV file: ${form}`, async () => {
      const said = await predicted(bytes);
      assert.equal(said.prediction, 1, `${form}: ${said.probability}`);
    });
  }

  const codecs: Readonly<Record<string, string[]>> = {
    ...{ flac: [], ogg: ['-c:a', 'vorbis', '-strict', '-2'], m4a: ['-c:a', 'aac'], mp3: ['-c:a', 'libmp3lame'] },
  };
  for (const [format, codec] of Object.entries(codecs)) {
    test(`${format} is known by its bytes`, async (t) => {
      const program = await locateFfmpeg().catch(() => undefined);
      if (!requirement(t, program !== undefined, 'ffmpeg')) return;
      const folder = temporaryFolder(t);
      const source = join(folder, 'pane.wav');
      writeFileSync(source, forms.stereo ?? Buffer.alloc(0));
      const file = join(folder, `pane.${format}`);
      const made = promisify(execFile)(program?.path ?? '', ['-v', 'error', '-i', source, ...codec, file]);
      await made.catch(() => undefined);
      if (!requirement(t, existsSync(file), `an encoder for ${format}`)) return;
      const said = await predicted(readFileSync(file));
      assert.equal(said.format, format);
      assert.equal(said.prediction, 1, `${format}: ${said.probability}`);
      assert.deepEqual(['/dev/shm', tmpdir()].flatMap(leftByHost), [], 'nothing of it stays');
    });
  }

  for (const [what, samples] of [
    ['silence', new Float32Array(48_000)],
    ['a constant', new Float32Array(48_000).fill(0.5)],
  ] as const) {
    test(`${what} is safe, and it is said that there is nothing to hear`, async () => {
      const said = await predicted(wavOf(samples));
      assert.deepEqual([said.prediction, said.class, said.probability, said.triggered], [0, 'safe', 0, []]);
      assert.match(said.reason ?? '', /nothing to hear/);
    });
  }

  const refusals: readonly (readonly [string, Buffer, number, RegExp])[] = [
    ['nothing', Buffer.alloc(0), 422, /empty/],
    ['a text', Buffer.from('this is not a sound file'), 415, /none of the formats/],
    ['one sample', wavOf(Float32Array.of(0.5)), 422, /shorter than/],
    ['numbers that are none', wavOf(new Float32Array(48_000).fill(NaN), { bits: 32 }), 422, /no sound/],
    ['20 minutes', wavOf(new Float32Array(8000 * 1200).fill(0.1), { rate: 8000, bits: 8 }), 413, /longer than 600 s/],
    ['a header alone', wavOf(new Float32Array(0)), 422, /no sound/],
    ['garbage behind the beginning of a FLAC', Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(5000, 1)]), 422, /./],
  ];
  for (const [what, bytes, status, why] of refusals) {
    test(`${what} is refused with its reason (SEF8)`, async () => {
      const response = await send('predict', bytes);
      const { detail } = (await response.json()) as { detail: string };
      assert.equal(response.status, status, detail);
      assert.match(detail, why);
      assert.ok(!detail.includes(tmpdir()), detail);
    });
  }

  test('a hundred at once are all heard', async () => {
    const bytes = encodeWav(room(3, 1), 16_000);
    const answers = await Promise.all(Array.from({ length: 100 }, () => send('predict', bytes)));
    const statuses = new Set(answers.map(({ status }) => status));
    assert.deepEqual([...statuses], [200]);
    const said = await Promise.all(answers.map((answer) => answer.json() as Promise<Prediction>));
    assert.equal(new Set(said.map(({ probability }) => probability)).size, 1);
  });

  test('a zip that is none, or holds nothing to learn, is refused; the model in use stays (SEF6)', async () => {
    assert.equal((await send('retrain', Buffer.from('PK\x03\x04 and garbage'))).status, 422);
    assert.equal((await send('retrain', Buffer.from('no zip'))).status, 415);
    const one = zipOf([{ name: 'safe/a.wav', bytes: encodeWav(room(1), 16_000) }]);
    assert.equal((await send('retrain', one)).status, 422);
    assert.equal((await predicted(encodeWav(room(3, 1), 16_000))).version, undefined);
  });

  test('recordings are learnt from while clips are heard, and have their say once somebody of the house lets them (SEF6, SEF7)', async () => {
    const clips = Array.from({ length: 6 }, (_, n) => n);
    const zip = zipOf([
      ...clips.map((n) => ({ name: `danger/${n}.wav`, bytes: encodeWav(room(1.5, 0.3, 40 + n), 16_000) })),
      ...clips.map((n) => ({ name: `safe/${n}.wav`, bytes: encodeWav(room(1.5, undefined, 60 + n), 16_000) })),
    ]);
    const response = await send('retrain', zip);
    const begun = (await response.json()) as RetrainAnswer;
    assert.equal(response.status, 202, JSON.stringify(begun));
    assert.deepEqual([begun.status, begun.training_started], ['Retraining Initiated', true]);
    let status: SoundModelStatus | undefined;
    await until(
      async () => {
        assert.equal((await send('predict', encodeWav(room(3, 1), 16_000))).status, 200);
        status = (await (await fetch(`${address}/model/status`)).json()) as SoundModelStatus;
        return ['done', 'failed', 'cancelled'].includes(status.training.state);
      },
      'the training is over',
      300_000,
    );
    assertMatches(SoundModelStatus, status, 'status');
    assert.equal(status?.training.state, 'done');
    assert.equal(status.training.session_id, begun.session_id);
    const { session, active } = (await (await fetch(`${address}/training`)).json()) as TrainingStatus;
    assert.deepEqual([session?.origin, session?.activated, active], ['http', false, undefined]);
    assert.match(session?.kept ?? '', /came by HTTP.*--activate 1/);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${host.url}/use`, { method: 'POST', headers, body: '{"command":"activate","value":1}' });
    await until(async () => {
      status = (await (await fetch(`${address}/model/status`)).json()) as SoundModelStatus;
      return status.training.active_version === 1;
    }, 'the version is in use');
    const said = await predicted(encodeWav(room(3, 1, 44), 16_000));
    assert.equal(said.version, 1);
    assert.ok(said.triggered.includes('danger'), JSON.stringify(said.scores));
    assert.equal(said.prediction, 1);
  });
});
