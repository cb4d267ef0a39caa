import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, buildIsStale } from '../../scripts/build.ts';
import { recorderNames } from '../../src/contracts/configs.ts';
import type { HealthReport } from '../../src/contracts/health.ts';
import type { AudioScores, AudioWindow, StreamStatus } from '../../src/contracts/messages.ts';
import type { SoundCheckState } from '../../src/contracts/sound-check.ts';
import type { CaptureDevice } from '../../src/media/microphone/capture-devices.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { paneWav } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { SoundServer } from '../hosts/sound-server.ts';
import { requirement } from '../requirements.ts';

/** A flow that listens; its sound, scores and states go to probes of these names. */
function listening(settings: object): FlowNode[] {
  return [
    {
      id: 'mic',
      type: 'mic-in',
      name: 'hall',
      area: 'hall',
      ...settings,
      wires: [['judge', 'probe-sound'], ['probe-state']],
    },
    { id: 'judge', type: 'audio-classify', name: '', wires: [['probe-scores']] },
    ...['sound', 'scores', 'state'].map((name) => probe(name)),
    ...catchAll(),
    ...watchStatus(),
  ];
}

/** Microphones of a PulseAudio of its own, heard by the nodes in a real Node-RED, by every recorder that there is. */
describe('a microphone in Node-RED', { timeout: 300_000 }, () => {
  let missing: string[] = [];
  let sound: SoundServer;
  let host: NodeRedHost;

  before(async () => {
    missing = await SoundServer.missing();
    if (missing.length > 0) return;
    if (buildIsStale()) await build();
    sound = await SoundServer.start();
    host = await NodeRedHost.start(sound.env);
    writeFileSync(join(sound.folder, 'pane.wav'), paneWav());
    const tones = { tone: [2, -20], clipped: [5, 6], hum: [12, -50], long: [5, -20] } as const;
    for (const [name, [seconds, dbfs]] of Object.entries(tones)) {
      writeFileSync(join(sound.folder, `${name}.wav`), tone(seconds, dbfs));
    }
  });
  after(async () => {
    if (missing.length > 0) return;
    await host.stop();
    await sound.stop();
  });

  for (const recorder of recorderNames) {
    test(`${recorder} hears a tone as loud as it is, and breaking glass`, async (t) => {
      if (!present(t)) return;
      await deploy({ recorder });
      const { payload } = await state('connected');
      assert.deepEqual((payload as StreamStatus).source, 'hall');
      const played = host.seen.length;
      await sound.play(join(sound.folder, 'tone.wav'));
      await sound.play(join(sound.folder, 'pane.wav'));
      await host.waitFor('scores', (message) => (message.payload as AudioScores).triggered.includes('glass_break'));
      const loudness = host.seen
        .slice(played)
        .filter(({ probe: name }) => name === 'sound')
        .map(({ message }) => (message.payload as AudioWindow).dbfs);
      assert.ok(
        loudness.some((dbfs) => Math.abs(dbfs + 20) < 0.5),
        `a tone of -20 dBFS was heard as ${loudness.join(', ')}`,
      );
      for (const { message } of host.seen.filter(({ probe: name }) => name === 'sound')) {
        assert.equal((message.samples as Float32Array).length, 15_600);
        assert.equal((message.payload as AudioWindow).record, false);
      }
      await host.waitFor('status', ({ status }) => /^connected {2}[▁-█]+ {2}-\d+ dBFS/.test(statusText(status)));
      assert.deepEqual(host.messages('errors'), []);
      assert.equal(recorders().length, 1);
      await host.deploy([]);
      assert.deepEqual(recorders(), []);
    });
  }

  test('a sound server that dies is told once, waited for, and heard again', async (t) => {
    if (!present(t)) return;
    await deploy({ recorder: 'parec' });
    await state('connected');
    await sound.kill();
    await state('backing-off');
    await host.waitFor('state', ({ payload }) => (payload as StreamStatus).attempt >= 3);
    const { sources } =
      ((await (await fetch(`${host.url}/echosight/api/v1/health`)).json()) as HealthReport).sites[0] ?? {};
    assert.notEqual(sources?.[0]?.status, 'connected');
    const errors = host.messages('errors').map(({ error }) => (error as { message: string }).message);
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', /ES_MICROPHONE_UNREACHABLE/);
    host.seen.length = 0;
    await sound.restart();
    await state('connected');
    await sound.play(join(sound.folder, 'pane.wav'));
    await host.waitFor('scores', (message) => (message.payload as AudioScores).triggered.includes('glass_break'));
  });

  test('digital silence is said to be that, and reported once when it lasts', async (t) => {
    if (!present(t)) return;
    await deploy({ recorder: 'parec', audio: 'record', faultSeconds: 2 });
    await host.waitFor('state', ({ payload }) => (payload as StreamStatus).fault === 'silent');
    await host.waitFor('status', ({ status }) => statusText(status) === 'connected, but silent: muted?');
    const { error, payload } = await host.waitFor('errors', () => true);
    assert.match((error as { message: string }).message, /ES_MICROPHONE_SILENT/);
    assert.equal((payload as StreamStatus).fault, 'silent');
    await sound.play(join(sound.folder, 'tone.wav'));
    await endOf('silent');
    assert.equal(host.messages('errors').length, 1);
    assert.ok(host.messages('sound').every(({ payload: window }) => (window as AudioWindow).record));
    assert.ok((await faultSeconds('silent')) >= 2);
  });

  test('sound that is cut off is said to be that until it ends, and the level comes no more than twice a second', async (t) => {
    if (!present(t)) return;
    await deploy({ recorder: 'parec', faultSeconds: 2 });
    await state('connected');
    await sound.play(join(sound.folder, 'clipped.wav'));
    await host.waitFor('state', ({ payload }) => (payload as StreamStatus).fault === 'clipping');
    await host.waitFor('status', ({ status }) => /^connected {2}\S+ {2}\S+ dBFS, clips/.test(statusText(status)));
    const { error } = await host.waitFor('errors', () => true);
    assert.match((error as { message: string }).message, /ES_MICROPHONE_CLIPPING/);
    await endOf('clipping');
    assert.equal(host.messages('errors').length, 1);
    assert.ok((await faultSeconds('clipping')) >= 2);
    const times = host.seen.filter(({ probe: name }) => name === 'status').map(({ at }) => at);
    const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    assert.ok(times.length > 5 && times.length <= 2 * span + 2, `${times.length} statuses in ${span} s`);
  });

  for (const listens of [true, false]) {
    const through = listens ? 'the node that listens to it' : 'a recorder of its own';
    test(`the sound check of a dialog measures quiet and loud, through ${through}`, async (t) => {
      if (!present(t)) return;
      await deploy(listens ? { recorder: 'parec', device: 'mic0' } : { recorder: 'parec', device: 'nowhere' });
      if (listens) await state('connected');
      else await host.deploy([]);
      const hum = sound.play(join(sound.folder, 'hum.wav'));
      const { id } = await ask<SoundCheckState>('check-begin', { node: 'mic', recorder: 'auto', device: 'mic0' });
      const again = await ask<{ error: string }>('check-begin', { node: 'x', recorder: 'auto', device: '' });
      assert.equal(again.error, 'ES_MICROPHONE_BUSY');
      await step(id, 'quiet');
      assert.equal(recorders().length, 1, 'a microphone may not open twice');
      await step(id, 'loud');
      const played = sound.play(join(sound.folder, 'long.wav'));
      const { result, shared, failure } = await step(id, 'done');
      assert.deepEqual([failure, shared], [undefined, listens]);
      near(result?.noiseDbfs, -50);
      near(result?.loudDbfs, -20);
      near(result?.snrDb, 30);
      assert.deepEqual([result?.clippedShare, result?.verdict], [0, 'good']);
      await Promise.all([hum, played]);
      assert.equal(recorders().length, listens ? 1 : 0);
    });
  }

  test('what is no microphone is refused by name', async (t) => {
    if (!present(t)) return;
    const cases = [
      [{ recorder: 'arecord', device: 'flood' }, 'ES_MICROPHONE_FLOODING'],
      [{ recorder: 'auto', device: 'flood' }, 'ES_MICROPHONE_FLOODING'],
      [{ recorder: 'auto', device: 'attic' }, 'ES_MICROPHONE_NOT_FOUND'],
      [{ recorder: 'parec', device: '--list' }, 'ES_BAD_CONFIG'],
      [
        { recorder: 'arecord', device: `file:FILE='|touch ${join(sound.folder, 'owned')}',FORMAT=raw` },
        'ES_BAD_CONFIG',
      ],
    ] as const;
    for (const [settings, name] of cases) {
      await deploy(settings);
      const { error } = await host.waitFor('errors', () => true);
      assert.match((error as { message: string }).message, new RegExp(name));
      assert.deepEqual(host.messages('sound'), []);
    }
    assert.ok(!readdirSync(sound.folder).includes('owned'));
  });

  test('the dialog gets a list of the devices', async (t) => {
    if (!present(t)) return;
    const devices = (await (
      await fetch(`${host.url}/echosight/mic-in/devices`, { headers: { 'x-requested-with': 'test' } })
    ).json()) as CaptureDevice[];
    const kinds = devices.map(({ device, kind }) => `${device} ${kind}`);
    assert.equal(kinds[0], 'mic0 microphone');
    assert.ok(kinds.includes('speaker.monitor loopback'));
  });

  async function ask<Answer>(question: string, query: Record<string, string>): Promise<Answer> {
    const address = `${host.url}/echosight/mic-in/${question}?${new URLSearchParams(query).toString()}`;
    return (await (await fetch(address, { headers: { 'x-requested-with': 'test' } })).json()) as Answer;
  }

  /** Asks as a dialog does, until the check has come so far. */
  async function step(id: string, wanted: SoundCheckState['step']): Promise<SoundCheckState> {
    for (let tries = 0; tries < 200; tries += 1) {
      const state = await ask<SoundCheckState>('check', { id });
      if (state.step === wanted || state.step === 'failed' || state.step === 'done') return state;
      await sleep(100);
    }
    return assert.fail(`the check did not come to ${wanted}`);
  }

  /** Waits until a fault that was told is told to be over. */
  async function endOf(fault: string): Promise<void> {
    let begun = false;
    await host.waitFor('state', ({ payload }) => {
      begun ||= (payload as StreamStatus).fault === fault;
      return begun && (payload as StreamStatus).fault !== fault;
    });
  }

  /** What the metrics say of a fault. */
  async function faultSeconds(fault: string): Promise<number> {
    const metrics = await (await fetch(`${host.url}/echosight/metrics`)).text();
    const line = metrics
      .split('\n')
      .find((one) => one.includes('microphone_fault_seconds_total{') && one.includes(fault));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  function present(t: TestContext): boolean {
    return requirement(t, missing.length === 0, missing.join(', '));
  }

  async function deploy(settings: object): Promise<void> {
    await host.deploy([]);
    host.seen.length = 0;
    await host.deploy(listening(settings));
  }

  function state(status: string) {
    return host.waitFor('state', ({ payload }) => (payload as StreamStatus).status === status);
  }

  /** Command lines of the recorders that our Node-RED runs. */
  function recorders(): string[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => {
        try {
          const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
          const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
          return Number(parent) === host.pid ? [line] : [];
        } catch {
          return []; // It ended while we looked.
        }
      });
  }
});

function near(measured: number | undefined, expected: number): void {
  assert.ok(Math.abs((measured ?? NaN) - expected) <= 2, `${measured} is not within 2 dB of ${expected}`);
}

function statusText(status: unknown): string {
  return (status as { text?: string } | undefined)?.text ?? '';
}

/** A sine of 440 Hz whose RMS level is so many dB relative to full scale. */
function tone(seconds: number, dbfs: number): Buffer {
  const [rate, peak] = [16_000, Math.SQRT2 * 10 ** (dbfs / 20)];
  const samples = new Float32Array(seconds * rate).map(
    (_, index) => peak * Math.sin((2 * Math.PI * 440 * index) / rate),
  );
  return encodeWav(samples, rate);
}
