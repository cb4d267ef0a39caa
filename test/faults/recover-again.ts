import assert from 'node:assert/strict';
import type { House } from './house.ts';
import { decodersOf, descriptorsOf, until, type Vitals } from './vitals.ts';

export interface RecoverResult {
  kills: number;
  /** From the kill to the next frame, in milliseconds. */
  backMs: { median: number; most: number };
  before: Vitals;
  after: Vitals;
  /** What is open at the end. */
  descriptors: Record<string, number>;
}

/** Kills the ffmpeg of the one camera again and again, each time as soon as pictures are back. */
export async function recoverAgainAndAgain(
  house: House,
  { kills, onKill = () => undefined }: { kills: number; onKill?: (kill: number) => void },
): Promise<RecoverResult> {
  await house.nextFrame();
  const { seen } = house.host;
  const runs = (): boolean => house.host.messages('seen').length > 2 && house.host.messages('heard').length > 2;
  await until(runs, 'the models run');
  const before = await house.steadyVitals();
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const [ffmpeg, ...others] = decodersOf(house.pid);
    assert.ok(ffmpeg !== undefined && others.length === 0, 'one ffmpeg');
    const known = seen.length;
    const statuses = (): string[] => {
      const since = seen.slice(known).filter(({ probe }) => probe === 'stream');
      return since.map(({ message }) => (message.payload as { status: string }).status);
    };
    const begun = performance.now();
    process.kill(ffmpeg, 'SIGKILL');
    await until(() => statuses().includes('backing-off'), 'the loss is told');
    await until(() => statuses().at(-1) === 'connected', 'the stream is back');
    await house.nextFrame();
    times.push(performance.now() - begun);
    onKill(kill + 1);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  const after = await house.steadyVitals();
  return { kills, backMs: { median: at(0.5), most: at(1) }, before, after, descriptors: descriptorsOf(house.pid) };
}
