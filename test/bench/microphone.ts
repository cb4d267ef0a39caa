import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { findProgram } from '../../src/media/microphone/find-program.ts';
import { startLpcm16 } from '../../src/media/microphone/lpcm16.ts';
import { Recording } from '../../src/media/microphone/recording.ts';
import { recordersFor, type Recorder } from '../../src/media/microphone/recorders.ts';
import { SoundServer } from '../hosts/sound-server.ts';

const runs = 7;
const patienceMs = 5000;
const clock = new SiteClock();

/**
 * Milliseconds from starting a recorder to the first sound from it, for every way to record on Linux, on the microphone
 * without hardware. Beside it a bare parec, in turns with the others. Somebody else listens to the microphone all the while:
 * a null sink that nobody listens to looks at its clock every two seconds only, which a sound card does not do.
 */
export default async function microphone(): Promise<Record<string, unknown>> {
  const missing = await SoundServer.missing();
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
  const sound = await SoundServer.start();
  // Where the recorders find the sound server.
  Object.assign(process.env, sound.env);
  const listener = spawn('parec', ['--device=mic0', '--latency-msec=20'], { stdio: 'ignore' });
  try {
    await sleep(2500);
    return await measure();
  } finally {
    const closed = once(listener, 'close');
    listener.kill('SIGKILL');
    await closed;
    await sound.stop();
  }
}

async function measure(): Promise<Record<string, unknown>> {
  const baseline: number[] = [];
  const backends = recordersFor('linux').map((recorder) => ({ recorder, times: [] as number[] }));
  for (let run = 0; run < runs; run += 1) {
    console.error(`run ${run + 1} of ${runs}`);
    baseline.push(await bareParec());
    for (const { recorder, times } of backends) {
      const time = await firstSound(recorder);
      if (time !== undefined) times.push(time);
    }
  }
  const figures = backends.map(({ recorder: { name, system }, times }) => [
    name === 'parec' ? name : `${name}_${system}`,
    times.length === runs ? median(times) : null,
  ]);
  return { runs, first_data_ms: Object.fromEntries(figures) as object, baseline_parec_ms: median(baseline) };
}

/** Undefined when the recorder gives no sound on this machine, as sox does without its module for PulseAudio. */
async function firstSound(recorder: Recorder): Promise<number | undefined> {
  const program = await findProgram(recorder.name);
  if (program === undefined) return undefined;
  const began = clock.monotonic();
  const heard = Promise.withResolvers<number>();
  const recording = new Recording(
    [{ ...recorder, program }],
    { device: '', clock, starters: { lpcm16: startLpcm16 } },
    {
      began: () => undefined,
      line: () => undefined,
      sound: () => {
        heard.resolve(clock.monotonic() - began);
      },
    },
  );
  const limit = new AbortController();
  const time = await Promise.race([
    heard.promise,
    recording.ended.then(() => undefined),
    sleep(patienceMs, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
  await recording.stop();
  return time;
}

async function bareParec(): Promise<number> {
  const began = clock.monotonic();
  const args = ['--raw', '--format=s16le', '--channels=1', '--rate=16000', '--latency-msec=40'];
  const child = spawn('parec', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const time = clock.monotonic() - began;
  const closed = once(child, 'close');
  child.stdout.resume();
  child.kill('SIGKILL');
  await closed;
  return time;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}
