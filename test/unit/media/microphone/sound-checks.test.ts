import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { SoundCheckResult } from '../../../../src/contracts/sound-check.ts';
import { LoudnessTest } from '../../../../src/media/microphone/loudness-test.ts';
import type { NodeMicrophone } from '../../../../src/media/microphone/sound-checks.ts';
import { SoundChecks } from '../../../../src/media/microphone/sound-checks.ts';
import { ManualClock } from '../../manual-clock.ts';
import { ScriptedMachine } from './scripted-machine.ts';

const rate = 16_000;

/** A sine of 500 Hz with this RMS level, cut off where it does not fit, on top of a constant. */
function tone(dbfs: number, seconds: number, offset = 0): Buffer {
  const peak = Math.SQRT2 * 10 ** (dbfs / 20) * 32_768;
  const chunk = Buffer.alloc(2 * Math.round(seconds * rate));
  for (let at = 0; at < chunk.length / 2; at += 1) {
    const value = offset + peak * Math.sin((2 * Math.PI * 500 * at) / rate);
    chunk.writeInt16LE(Math.min(32_767, Math.max(-32_768, Math.round(value))), 2 * at);
  }
  return chunk;
}

function compare(...sounds: Buffer[]): SoundCheckResult | undefined {
  const loudness = new LoudnessTest();
  const all = Buffer.concat(sounds);
  // In pieces that cut samples in two.
  for (let from = 0; from < all.length; from += 1001) loudness.push(all.subarray(from, from + 1001));
  return loudness.result;
}

describe('quiet against loud', () => {
  const cases: [verdict: string, quiet: number, loud: number][] = [
    ['good', -60, -20],
    ['good', -100, -25],
    ['faint', -70, -45],
    ['noisy', -30, -20],
    ['same', -50, -49],
    ['clips', -50, 3],
    ['dead', -100, -100],
  ];
  for (const [verdict, quiet, loud] of cases) {
    test(`of ${quiet} and ${loud} dBFS is ${verdict}`, () => {
      const result = compare(tone(quiet, 4), tone(loud, 4));
      assert.equal(result?.verdict, verdict);
      assert.ok(Math.abs(result.noiseDbfs - quiet) < 0.2, `noise ${result.noiseDbfs}`);
      if (loud > 0) return;
      assert.ok(Math.abs(result.loudDbfs - loud) < 0.2, `loud ${result.loudDbfs}`);
      assert.ok(Math.abs(result.snrDb - (loud - quiet)) < 0.3, `apart ${result.snrDb}`);
      assert.equal(result.clippedShare, 0);
    });
  }

  test('is not fooled by a converter with an offset, a click while it was quiet, or claps that are short', () => {
    const claps = Array.from({ length: 4 }, () => [tone(-60, 0.8, 900), tone(-20, 0.2, 900)]).flat();
    const result = compare(tone(-60, 2, 900), tone(-10, 0.3, 900), tone(-60, 1.7, 900), ...claps);
    assert.deepEqual([result?.verdict, result?.noiseDbfs, result?.loudDbfs], ['good', -60, -20]);
  });

  test('tells the share that was cut off', () => {
    // A sine of twice full scale is cut off for two thirds of the time: 22 of the 32 samples of a period.
    const result = compare(tone(-60, 4), tone(20 * Math.log10(2 / Math.SQRT2), 4));
    assert.equal(result?.clippedShare, 22 / 32);
  });

  test('counts the seconds of what it measures, and gives time to read first', () => {
    const loudness = new LoudnessTest();
    const seen = [];
    for (let second = 0; second <= 8; second += 1) {
      seen.push(`${loudness.step} ${loudness.left}`);
      loudness.push(tone(-30, 1));
    }
    assert.deepEqual(seen, [
      ...['starting 3', 'quiet 3', 'quiet 2', 'quiet 1', 'loud 3', 'loud 3', 'loud 2', 'loud 1', 'done 0'],
    ]);
  });
});

function desk(...installed: string[]) {
  const clock = new ManualClock();
  const machine = new ScriptedMachine(...installed);
  const checks = new SoundChecks({ clock, random: () => 0.5, machine });
  const ask = { node: 'mic', recorder: 'auto', device: '' };
  /** Speaks through whatever takes tenths of a second. */
  const speak = async (dbfs: number, seconds: number, give: (chunk: Buffer) => void, id: string): Promise<void> => {
    for (let tenths = 0; tenths < seconds * 10; tenths += 1) {
      clock.advance(100);
      give(tone(dbfs, 0.1));
      await turn();
      checks.state(id);
    }
  };
  return { clock, machine, checks, ask, speak };
}

/** The microphone of a node, and what gives it sound. */
function running(device: string, node = 'other', status: 'connected' | 'backing-off' = 'connected') {
  const taps = new Set<(chunk: Buffer) => void>();
  const microphone: NodeMicrophone['microphone'] = {
    state: { status, detail: 'No microphone was found.', attempt: 0 },
    tap(listener) {
      taps.add(listener);
      return () => taps.delete(listener);
    },
  };
  const hear = (chunk: Buffer): void => {
    for (const tap of taps) tap(chunk);
  };
  return { taps, hear, entry: { node, device, microphone } };
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await turn();
}

describe('the sound check of a dialog', () => {
  test('opens the microphone, measures, closes it, and leaves nothing behind', async () => {
    const { clock, machine, checks, ask, speak } = desk('parec');
    const { id, step, shared } = checks.begin({ ...ask, device: 'mic0' });
    assert.deepEqual([step, shared], ['starting', false]);
    await settle();
    assert.ok(machine.last.args.includes('--device=mic0'));
    const give = (chunk: Buffer): void => void machine.last.stdout.write(chunk);
    await speak(-50, 5, give, id);
    assert.equal(checks.state(id).step, 'loud');
    await speak(-20, 5, give, id);
    await settle();
    const { result } = checks.state(id);
    assert.deepEqual([result?.verdict, result?.noiseDbfs, result?.loudDbfs], ['good', -50, -20]);
    assert.deepEqual(machine.last.signals, ['SIGTERM']);
    await settle();
    assert.equal(clock.waiting, 0);
  });

  test('hears a device that a node listens to through that node: it may not open twice', async () => {
    const { machine, checks, ask, speak } = desk('parec');
    const { taps, hear, entry } = running('mic0');
    checks.join(entry);
    const { id, shared } = checks.begin({ ...ask, device: ' mic0 ' });
    assert.equal(shared, true);
    await speak(-60, 4, hear, id);
    await speak(-30, 4, hear, id);
    assert.equal(checks.state(id).result?.snrDb, 30);
    assert.deepEqual([machine.started.length, taps.size], [0, 0]);
  });

  test('of a device that stands in a variable is that of the node itself', () => {
    const { checks, ask } = desk('parec');
    const variable = { ...ask, device: '${MIC}' };
    assert.throws(() => checks.begin(variable), { name: 'ES_BAD_CONFIG', message: /what MIC stands for/ });
    const { taps, entry } = running('mic7', 'mic');
    const leave = checks.join(entry);
    checks.begin(variable);
    assert.equal(taps.size, 1);
    leave();
  });

  test('is one at a time, and free again once it was stopped', async () => {
    const { machine, checks, ask } = desk('parec');
    const { id } = checks.begin(ask);
    await settle();
    assert.throws(() => checks.begin(ask), { name: 'ES_MICROPHONE_BUSY' });
    machine.last.obeys = false;
    const stopped = checks.stop(id);
    const next = checks.begin(ask);
    await settle();
    assert.equal(machine.started.length, 1, 'the device is still open');
    machine.last.end(null, 'SIGKILL');
    await stopped;
    await settle();
    assert.equal(machine.started.length, 2);
    assert.throws(() => checks.state(id), { name: 'ES_BAD_INPUT' });
    await checks.stop(next.id);
  });

  test('ends when the dialog asks no more', async () => {
    const { clock, machine, checks, ask } = desk('parec');
    checks.begin(ask);
    await settle();
    clock.advance(3000);
    await settle();
    assert.deepEqual([machine.last.signals, clock.waiting], [['SIGTERM'], 0]);
  });

  test('says why there is no sound', async () => {
    const { checks, ask, machine } = desk('parec');
    const { id } = checks.begin({ ...ask, device: 'attic' });
    await settle();
    await machine.last.fail('Stream error: No such entity');
    await settle();
    const { step, failure } = checks.state(id);
    assert.deepEqual(
      [step, failure?.error, failure?.message],
      [...['failed', 'ES_MICROPHONE_NOT_FOUND', 'There is no microphone "attic".']],
    );
    checks.join(running('gone', 'x', 'backing-off').entry);
    assert.throws(() => checks.begin({ ...ask, device: 'gone' }), {
      message: /hears nothing: No microphone was found/,
    });
  });

  test('has a limit of time, before the first sound and between sounds', async () => {
    const { clock, checks, ask } = desk('parec');
    const { hear, entry } = running('mic0');
    checks.join(entry);
    for (const [heard, limit] of [
      [false, 20],
      [true, 5],
    ] as const) {
      const { id } = checks.begin({ ...ask, device: 'mic0' });
      if (heard) hear(tone(-30, 0.5));
      for (let second = 0; second < limit; second += 1) {
        clock.advance(1000);
        assert.notEqual(checks.state(id).step, 'failed');
      }
      clock.advance(1000);
      assert.equal(checks.state(id).failure?.error, 'ES_MICROPHONE_STALLED');
      await settle();
    }
  });

  test('gives way to a node that is deployed for the same device', async () => {
    const { checks, ask, machine } = desk('parec');
    const { id } = checks.begin({ ...ask, device: 'mic0' });
    await settle();
    checks.join(running('mic1').entry);
    assert.equal(checks.state(id).step, 'starting');
    checks.join(running('mic0').entry);
    assert.equal(checks.state(id).failure?.error, 'ES_MICROPHONE_BUSY');
    await settle();
    assert.deepEqual(machine.last.signals, ['SIGTERM']);
  });

  test('gives no recorder what is none of its business', () => {
    const { checks, ask } = desk('parec');
    for (const request of [
      { device: '--list' },
      { recorder: 'rm' },
      { recorder: 'arecord', device: 'file:/etc/passwd' },
    ]) {
      assert.throws(() => checks.begin({ ...ask, ...request }), { name: 'ES_BAD_CONFIG' });
    }
    checks.begin(ask);
  });
});
