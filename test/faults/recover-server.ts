import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../../scripts/demo/seeded-random.ts';
import type { CameraProcess } from '../hosts/camera-process.ts';
import { flowOf, type House } from './house.ts';
import { childrenNamed, descriptorsOf, segmentsOf, until } from './vitals.ts';

/** What a camera does that is killed and comes back, again and again. */
export interface ServerRecovery {
  kills: number;
  /** How often pictures came again. */
  recovered: number;
  /** From the return of the camera to the next picture, in seconds. */
  median_s: number;
  most_s: number;
  /** More than there were before the first kill. */
  leaked_processes: number;
  leaked_fds: number;
  /** Files of connections that have ended and are kept by nobody, counted when the camera is gone for good. */
  leaked_segments: number;
  rss_growth_mb: number;
  /** What is open at the end. */
  descriptors: Record<string, number>;
}

/** A camera that is gone for longer is waited for in longer steps: how long one is away decides how soon it is found. */
const away = { leastMs: 200, mostMs: 2000 };
const patienceMs = 60_000;
const goneWithinMs = 12_000;
/** Descriptors that come and go: a probe, a request for the health. */
const tolerated = 4;

/** Pictures came back every time, and nothing of a connection is left. */
export function leftNothing(result: ServerRecovery): boolean {
  const { kills, recovered, leaked_processes: processes, leaked_fds: descriptors, leaked_segments: segments } = result;
  return recovered === kills && processes + descriptors + segments === 0;
}

/**
 * Kills the one camera of a house as by a power cut and starts it again. The house runs without its camera when this returns.
 * @param onKill told how many kills are behind.
 */
export async function recoverFromKills(
  house: House,
  camera: CameraProcess,
  { kills, random, onKill = () => undefined }: { kills: number; random: () => number; onKill?: (kill: number) => void },
): Promise<ServerRecovery> {
  await house.nextFrame();
  await until(() => house.host.messages('frame').length > 20, 'the stream is steady', patienceMs);
  const before = await house.steadyVitals();
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const { length } = house.streams();
    await camera.kill();
    await sleep(between(random, away.leastMs, away.mostMs));
    await camera.start();
    const returned = performance.now();
    const isBack = (): boolean => house.streams().length > length && house.streams().at(-1) === 'connected';
    const back = await until(isBack, 'pictures are back', patienceMs).then(
      () => true,
      () => false,
    );
    if (back) times.push((performance.now() - returned) / 1000);
    onKill(kill + 1);
    // Messages of a whole night are not needed.
    house.host.seen.splice(0, Math.max(0, house.host.seen.length - 2000));
  }
  await house.nextFrame();
  const [after, descriptors] = [await house.steadyVitals(), descriptorsOf(house.pid)];
  const leakedProcesses = after.children.length - before.children.length;
  await house.host.deploy(await flowOf({}));
  await until(() => childrenNamed(house.pid, 'ffmpeg').length === 0, 'its ffmpeg ends with the camera');
  await until(() => segmentsOf(house.pid).length === 0, 'its ring goes too', goneWithinMs).catch(() => undefined);
  const sorted = times.toSorted((a, b) => a - b);
  const seconds = (share: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;
  return {
    ...{ kills, recovered: times.length, median_s: seconds(0.5), most_s: seconds(1) },
    leaked_processes: Math.max(0, leakedProcesses),
    leaked_fds: Math.max(0, after.descriptors - before.descriptors - tolerated),
    leaked_segments: segmentsOf(house.pid).length,
    ...{ rss_growth_mb: after.rss - before.rss, descriptors },
  };
}
