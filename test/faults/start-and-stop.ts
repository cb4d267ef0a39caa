import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../../scripts/demo/seeded-random.ts';
import type { StreamStatus } from '../../src/contracts/messages.ts';
import type { CameraProcess } from '../hosts/camera-process.ts';
import type { FlowNode } from '../hosts/node-red-host.ts';
import type { House } from './house.ts';
import { childrenNamed, descriptorsOf, segmentsOf, until } from './vitals.ts';

/** What is left of a camera that was started and stopped again and again. */
export interface CyclesResult {
  cycles: number;
  /** How often it was stopped in which phase of its connection. */
  stopped_while: Record<string, number>;
  /** More than there were when it was stopped for the first time in every phase. */
  leaked_processes: number;
  leaked_fds: number;
  leaked_threads: number;
  leaked_segments: number;
  rss_growth_mb: number;
  /** What is open at the end. */
  descriptors: Record<string, number>;
}

/** Nodes for a house with a camera: its commands come in over HTTP. */
export const commands: FlowNode[] = [
  { id: 'command', type: 'http in', url: '/command', method: 'post', wires: [['eye', 'obeyed']] },
  { id: 'obeyed', type: 'http response', statusCode: '202', wires: [] },
];

interface Phase {
  name: string;
  /** Makes the camera what the phase needs, and undoes that. */
  spoil?: (camera: CameraProcess) => Promise<void> | void;
  mend?: (camera: CameraProcess) => Promise<void> | void;
  /** Settles when the connection has come so far. */
  reached: (run: Run) => boolean;
}

const came =
  (status: StreamStatus['status']) =>
  (run: Run): boolean =>
    run.statuses().includes(status);
const off: Pick<Phase, 'spoil' | 'mend'> = { spoil: (camera) => camera.kill(), mend: (camera) => camera.start() };
const frozen: Pick<Phase, 'spoil' | 'mend'> = {
  spoil: (camera) => {
    camera.freeze();
  },
  mend: (camera) => {
    camera.thaw();
  },
};

/** In their order in the life of a connection. */
const phases: readonly Phase[] = [
  { name: 'ordered', reached: () => true },
  { name: 'probing', reached: came('probing') },
  { name: 'connecting', reached: came('connecting') },
  { name: 'connected', reached: came('connected') },
  { name: 'sending pictures', reached: (run) => run.count('frame') >= 3 },
  { name: 'sending sound', reached: (run) => run.count('heard') >= 1 },
  { name: 'keeping segments', reached: (run) => segmentsOf(run.house.pid).length > 0 },
  { name: 'waiting for an answer', ...frozen, reached: came('probing') },
  { name: 'backing off', ...off, reached: came('backing-off') },
];

const patienceMs = 60_000;
/** Descriptors that come and go: a command, a request for the health. */
const tolerated = 4;
/** What is shared outlives its last user by ten seconds. */
const settledWithinMs = 20_000;

/**
 * Starts the one camera of a house with `commands` and stops it again, in each phase of its connection in turn. It is
 * stopped when this returns.
 * @param onCycle told how many cycles are behind.
 */
export async function startAndStop(
  house: House,
  camera: CameraProcess,
  {
    cycles,
    random,
    onCycle = () => undefined,
  }: { cycles: number; random: () => number; onCycle?: (done: number) => void },
): Promise<CyclesResult> {
  await house.nextFrame();
  await tell(house, 'stop');
  for (const phase of phases) await cycle(house, camera, phase, 0);
  const before = await settled(house);
  const stopped: Record<string, number> = {};
  for (let done = 0; done < cycles; done += 1) {
    const [phase] = phases.slice(done % phases.length) as [Phase];
    await cycle(house, camera, phase, between(random, 0, 300));
    stopped[phase.name] = (stopped[phase.name] ?? 0) + 1;
    onCycle(done + 1);
  }
  const after = await settled(house);
  const more = (now: number, then: number): number => Math.max(0, now - then);
  return {
    ...{ cycles, stopped_while: stopped },
    leaked_processes: more(after.children.length, before.children.length),
    leaked_fds: more(after.descriptors, before.descriptors + tolerated),
    leaked_threads: more(after.threads, before.threads + tolerated),
    leaked_segments: segmentsOf(house.pid).length,
    ...{ rss_growth_mb: after.rss - before.rss, descriptors: descriptorsOf(house.pid) },
  };
}

/** Nothing of all its connections is left. */
export function nothingLeft(result: CyclesResult): boolean {
  const { leaked_processes: processes, leaked_fds: fds, leaked_threads: threads, leaked_segments: segments } = result;
  return processes + fds + threads + segments === 0;
}

/** What came from the camera since it was told to start. */
class Run {
  readonly house: House;
  readonly #begun: number;

  constructor(house: House) {
    this.house = house;
    this.#begun = house.host.seen.length;
  }

  statuses(): StreamStatus['status'][] {
    const states = this.#since('stream');
    return states.map(({ message }) => (message.payload as StreamStatus).status);
  }

  count(probe: string): number {
    return this.#since(probe).length;
  }

  #since(probe: string) {
    return this.house.host.seen.slice(this.#begun).filter((report) => report.probe === probe);
  }
}

/** The phase may be over when the stop comes: `laterMs` makes that so at random. */
async function cycle(house: House, camera: CameraProcess, phase: Phase, laterMs: number): Promise<void> {
  await phase.spoil?.(camera);
  const run = new Run(house);
  await tell(house, 'start');
  await until(() => phase.reached(run), phase.name, patienceMs).catch((error: unknown) => {
    throw new Error(`${String(error)}; it was ${run.statuses().join(' ')}`);
  });
  await sleep(laterMs);
  await tell(house, 'stop');
  await until(() => run.statuses().at(-1) === 'stopped', `stopped while ${phase.name}`, patienceMs);
  await phase.mend?.(camera);
  // Messages of a whole night are not needed.
  house.host.seen.splice(0, Math.max(0, house.host.seen.length - 2000));
}

async function tell(house: House, command: 'start' | 'stop'): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${house.host.url}/command`, { method: 'POST', headers, body: JSON.stringify({ command }) });
}

/** What the process holds when nothing of the camera is left, or else after a while. */
async function settled(house: House): Promise<ReturnType<House['vitals']>> {
  const { pid } = house;
  const isGone = (): boolean => childrenNamed(pid, 'ffmpeg').length + segmentsOf(pid).length === 0;
  await until(isGone, 'nothing of the camera is left', settledWithinMs).catch(() => undefined);
  return house.vitals();
}
