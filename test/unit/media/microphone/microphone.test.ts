import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { MicrophoneState } from '../../../../src/media/microphone/fault-report.ts';
import type { SoundLevel } from '../../../../src/media/microphone/level-meter.ts';
import {
  Microphone,
  type MicrophoneOptions,
  type MicrophoneWindow,
} from '../../../../src/media/microphone/microphone.ts';
import { firstFrameMs, stallMs } from '../../../../src/media/stream-supervisor.ts';
import { ManualClock } from '../../manual-clock.ts';
import { RecordingLog } from '../../recording-log.ts';
import { ScriptedMachine } from './scripted-machine.ts';

const chunkMs = 100;
const bytesPerMs = 32;

function listen(machine: ScriptedMachine, options: Partial<MicrophoneOptions> = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const states: MicrophoneState[] = [];
  const windows: MicrophoneWindow[] = [];
  const levels: SoundLevel[] = [];
  const settings = {
    recorder: 'auto',
    device: '',
    captureDelayMs: 100,
    faultSeconds: 60,
    clock,
    random: () => 0,
    log,
  } as const;
  const microphone = new Microphone(
    { ...settings, ...options },
    {
      status: (state) => states.push(state),
      window: (window) => windows.push(window),
      level: (level) => levels.push(level),
    },
    machine,
  );
  /** As a microphone speaks: a tenth of a second of sound in a tenth of a second. */
  const speak = async (ms: number, sample = 1000): Promise<void> => {
    const chunk = Buffer.alloc(chunkMs * bytesPerMs);
    for (let offset = 0; offset < chunk.length; offset += 2) {
      chunk.writeInt16LE(offset % 4 === 0 ? sample : -sample, offset);
    }
    for (let spoken = 0; spoken < ms; spoken += chunkMs) {
      clock.advance(chunkMs);
      machine.last.stdout.write(chunk);
      await turn();
    }
  };
  const start = async (): Promise<void> => {
    microphone.start();
    await settle();
  };
  const told = () => states.map(({ status }) => status);
  const errors = () => states.flatMap(({ error }) => (error === undefined ? [] : [error]));
  return { clock, log, states, windows, levels, microphone, speak, start, told, errors };
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

describe('a microphone', () => {
  test('that is paused gives nothing while its recorder runs on, and says how it does when it goes on', async () => {
    const machine = new ScriptedMachine('parec');
    const { microphone, start, speak, windows, levels, told } = listen(machine);
    await start();
    await speak(3000);
    const [before, measured] = [windows.length, levels.length];
    microphone.pause();
    microphone.pause();
    await speak(3000);
    assert.deepEqual([windows.length, levels.length, told().at(-1)], [before, measured, 'paused']);
    microphone.resume();
    await speak(3000);
    assert.ok(windows.length > before && levels.length > measured);
    assert.deepEqual(told().slice(-2), ['paused', 'connected']);
    microphone.pause();
    await microphone.stop();
    assert.deepEqual(told().slice(-2), ['paused', 'stopped']);
  });

  test('gives windows whose capture time follows from the count of samples, and levels twice a second', async () => {
    const machine = new ScriptedMachine('parec');
    const heard = listen(machine);
    await heard.start();
    const began = heard.clock.now();
    await heard.speak(2000);
    assert.deepEqual(heard.told(), ['probing', 'connecting', 'connected']);
    assert.deepEqual(
      heard.windows.map(({ seq, capturedAt, samples }) => [seq, capturedAt - began, samples.length]),
      [
        [0, 975 - 100, 15_600],
        [1, 975 + 480 - 100, 15_600],
        [2, 975 + 960 - 100, 15_600],
      ],
    );
    assert.equal(heard.levels.length, 3);
    assert.deepEqual(heard.levels.at(-1), {
      ...{ dbfs: -30, peakDbfs: -30, bars: '▅▅▅' },
    });
    await heard.microphone.stop();
    assert.deepEqual(machine.last.signals, ['SIGTERM']);
    assert.equal(heard.clock.waiting, 0);
    assert.equal(heard.told().at(-1), 'stopped');
  });

  test('takes the first recorder that gives sound, and that one again after it was gone', async () => {
    const machine = new ScriptedMachine('arecord', 'parec', 'sox', 'ffmpeg');
    const heard = listen(machine);
    await heard.start();
    assert.equal(machine.last.program, '/usr/bin/parec');
    await machine.last.fail('Connection failure: Connection refused');
    await settle();
    assert.equal(machine.last.program, 'arecord');
    await heard.speak(1000);
    await machine.last.fail('arecord: pcm_read:2221: read error: Input/output error');
    await settle();
    assert.equal(heard.told().at(-1), 'backing-off');
    assert.match(heard.states.at(-1)?.detail ?? '', /recorder arecord ended and said: .*Input\/output error/);
    heard.clock.advance(500);
    await settle();
    assert.deepEqual([machine.last.program, machine.started.length], ['arecord', 3]);
    await heard.microphone.stop();
  });

  test('says once what is wrong when no recorder gives sound, and tries again ever more slowly', async () => {
    const machine = new ScriptedMachine('parec', 'arecord');
    const heard = listen(machine);
    await heard.start();
    for (const wait of [500, 1000, 2000]) {
      await machine.last.fail('Connection failure: Connection refused');
      await settle();
      await machine.last.fail('arecord: main:831: audio open error: Device or resource busy');
      await settle();
      assert.equal(heard.told().at(-1), 'backing-off');
      const started = machine.started.length;
      heard.clock.advance(wait - 1);
      await settle();
      assert.equal(machine.started.length, started);
      heard.clock.advance(1);
      await settle();
    }
    assert.deepEqual(
      heard.errors().map(({ name }) => name),
      ['ES_MICROPHONE_BUSY'],
      'busy says more than a sound server that does not answer',
    );
    await heard.microphone.stop();
  });

  test('without any recorder says how to install one, and finds it when it was installed', async () => {
    const machine = new ScriptedMachine();
    const heard = listen(machine);
    await heard.start();
    const [error] = heard.errors();
    assert.equal(error?.name, 'ES_RECORDER_MISSING');
    assert.match(error.hint ?? '', /apt install/);
    machine.installed = ['ffmpeg'];
    heard.clock.advance(30_000);
    await settle();
    assert.deepEqual(machine.last.args.slice(4, 8), ['-f', 'pulse', '-i', 'default']);
    await heard.microphone.stop();
  });

  test('refuses a named recorder that is not installed by its name', async () => {
    const heard = listen(new ScriptedMachine('parec'), { recorder: 'sox' });
    await heard.start();
    assert.match(String(heard.errors()[0]), /ES_RECORDER_MISSING: The recorder "sox"/);
    await heard.microphone.stop();
  });

  test('notices a microphone that falls silent without a word, and starts it again', async () => {
    const machine = new ScriptedMachine('parec');
    const heard = listen(machine);
    await heard.start();
    await heard.speak(1000);
    heard.clock.advance(stallMs - 1);
    assert.equal(heard.told().at(-1), 'connected');
    heard.clock.advance(1);
    assert.equal(heard.told().at(-1), 'stalled');
    await settle();
    assert.equal(heard.errors()[0]?.name, 'ES_MICROPHONE_STALLED');
    heard.clock.advance(1000);
    await settle();
    await heard.speak(1000);
    assert.equal(heard.told().at(-1), 'connected');
    await heard.microphone.stop();
  });

  test('does not wait for a recorder that hangs again: the next one has its turn', async () => {
    const machine = new ScriptedMachine('parec', 'arecord');
    const heard = listen(machine);
    await heard.start();
    machine.last.obeys = false;
    heard.clock.advance(firstFrameMs);
    assert.equal(heard.told().at(-1), 'stalled');
    heard.clock.advance(2000);
    assert.deepEqual(machine.last.signals, ['SIGTERM', 'SIGTERM', 'SIGKILL']);
    await settle();
    heard.clock.advance(1000);
    await settle();
    assert.equal(machine.last.program, 'arecord');
    await heard.microphone.stop();
  });

  test('refuses a source that gives sound faster than time passes, and hands none of it on', async () => {
    const machine = new ScriptedMachine('parec', 'arecord');
    const heard = listen(machine);
    await heard.start();
    await machine.last.fail('Connection failure: Connection refused');
    await settle();
    const flood = machine.last;
    for (let chunks = 0; chunks < 100; chunks += 1) flood.stdout.write(Buffer.alloc(65_536));
    await settle();
    assert.equal(heard.errors()[0]?.name, 'ES_MICROPHONE_FLOODING');
    assert.deepEqual([heard.windows.length, heard.levels.length], [0, 0]);
    assert.ok(!heard.told().includes('connected'));
    assert.deepEqual(flood.signals, ['SIGTERM']);
    await heard.microphone.stop();
  });

  test('says that it is silent after ten seconds, reports it once when that lasts, and says when it speaks again', async () => {
    const machine = new ScriptedMachine('parec');
    const heard = listen(machine);
    const last = () => heard.states.at(-1);
    await heard.start();
    await heard.speak(9_000, 0);
    assert.deepEqual([heard.levels.at(-1)?.fault, last()?.fault], [undefined, undefined]);
    await heard.speak(3_000, 0);
    assert.equal(heard.levels.at(-1)?.fault, 'silent');
    assert.deepEqual([last()?.status, last()?.fault, last()?.error], ['connected', 'silent', undefined]);
    await heard.speak(300_000, 0);
    assert.equal(last()?.error?.name, 'ES_MICROPHONE_SILENT');
    assert.match(last()?.detail ?? '', /^For 60 s: .*muted or unplugged/);
    assert.deepEqual(
      heard.errors().map(({ name }) => name),
      ['ES_MICROPHONE_SILENT'],
    );
    await heard.speak(2_000, 100);
    assert.deepEqual([last()?.detail, last()?.fault], ['Sound is coming in.', undefined]);
    assert.equal(heard.states.length, 6);
    await heard.microphone.stop();
  });

  test('reports sound that is cut off, and never where that is turned off', async () => {
    for (const faultSeconds of [20, 0]) {
      const heard = listen(new ScriptedMachine('parec'), { faultSeconds });
      await heard.start();
      await heard.speak(60_000, 32_767);
      assert.equal(heard.levels.at(-1)?.fault, 'clipping');
      assert.deepEqual(
        heard.errors().map(({ name }) => name),
        faultSeconds === 0 ? [] : ['ES_MICROPHONE_CLIPPING'],
      );
      assert.deepEqual(
        heard.states.map(({ fault }) => fault).filter((fault) => fault !== undefined),
        faultSeconds === 0 ? ['clipping'] : ['clipping', 'clipping'],
      );
      await heard.microphone.stop();
    }
  });

  test('knows nothing of the old sound when the recorder has begun anew', async () => {
    const machine = new ScriptedMachine('parec');
    const heard = listen(machine);
    await heard.start();
    await heard.speak(30_000, 0);
    await machine.last.fail('gone');
    await settle();
    heard.clock.advance(1000);
    await settle();
    await heard.speak(5_000, 0);
    assert.deepEqual([heard.told().at(-1), heard.states.at(-1)?.fault], ['connected', undefined]);
    await heard.microphone.stop();
  });

  test('gives recorders no more of our environment than they need', async () => {
    process.env.ECHOSIGHT_SECRET_CANARY = 'canary';
    process.env.PULSE_SERVER = 'unix:/somewhere';
    try {
      const machine = new ScriptedMachine('parec', 'sox');
      const heard = listen(machine);
      await heard.start();
      await machine.last.fail('Connection failure: Connection refused');
      await settle();
      for (const { env } of machine.started) {
        assert.equal(env.ECHOSIGHT_SECRET_CANARY, undefined);
        assert.equal(env.PULSE_SERVER, 'unix:/somewhere');
      }
      assert.deepEqual([machine.last.program, machine.last.env.AUDIODRIVER], ['sox', 'pulseaudio']);
      await heard.microphone.stop();
    } finally {
      delete process.env.ECHOSIGHT_SECRET_CANARY;
      delete process.env.PULSE_SERVER;
    }
  });

  test('survives a receiver that throws', async () => {
    const machine = new ScriptedMachine('parec');
    const heard = listen(machine);
    heard.windows.push = () => {
      throw new Error('receiver');
    };
    await heard.start();
    await heard.speak(2000);
    assert.match(heard.log.lines.join(), /A receiver of the sound failed/);
    await heard.microphone.stop();
  });

  test('names a device that no recorder may be given', () => {
    const faults: Record<string, RegExp> = {
      '-x': /begins with a hyphen/,
      'mic\n--help': /line break/,
      [`a${'b'.repeat(200)}`]: /longer than 200/,
    };
    for (const [device, words] of Object.entries(faults)) {
      assert.throws(() => listen(new ScriptedMachine(), { device }), { name: 'ES_BAD_CONFIG', message: words });
    }
    const program = "file:FILE='|touch /tmp/owned',FORMAT=raw";
    for (const device of [program, 'file:/etc/passwd', 'plug:SLAVE=file:x', 'tee:a', 'hw:0;x', '$(x)']) {
      assert.throws(() => listen(new ScriptedMachine(), { recorder: 'arecord', device }), { name: 'ES_BAD_CONFIG' });
    }
    listen(new ScriptedMachine(), { recorder: 'arecord', device: 'plughw:CARD=PCH,DEV=0' });
  });

  test('gives a device to each recorder as it wants it', async () => {
    const machine = new ScriptedMachine('parec', 'arecord', 'sox', 'ffmpeg');
    const heard = listen(machine, { device: 'mic0' });
    await heard.start();
    for (let others = 0; others < 5; others += 1) {
      await machine.last.fail('Stream error: No such entity');
      await settle();
    }
    const [parec, arecord, soxPulse, soxAlsa, ffmpegPulse, ffmpegAlsa] = machine.started.map(({ args }) => args);
    assert.ok(parec?.includes('--device=mic0'));
    assert.deepEqual([arecord, soxPulse, soxAlsa], [['mic0'], ['mic0'], ['mic0']]);
    assert.deepEqual(ffmpegPulse?.slice(4, 8), ['-f', 'pulse', '-i', 'mic0']);
    assert.deepEqual(ffmpegAlsa?.slice(4, 8), ['-f', 'alsa', '-i', 'mic0']);
    await machine.last.fail('mic0: Input/output error');
    await settle();
    assert.match(String(heard.errors()[0]), /ES_MICROPHONE_NOT_FOUND: There is no microphone "mic0"/);
    await heard.microphone.stop();
  });
});
