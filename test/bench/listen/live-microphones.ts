import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gaussian, seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { encodeWav } from '../../../src/pcm/wav.ts';
import { childrenNamed, until } from '../../faults/vitals.ts';
import { NodeRedHost, type FlowNode } from '../../hosts/node-red-host.ts';
import { SoundServer } from '../../hosts/sound-server.ts';
import { cpuSecondsOf, rounded } from '../process-cost.ts';

const microphones = 8;
const idleMs = 10_000;
const warmUpMs = 15_000;
const watchMs = 60_000;
const playedSeconds = 120;
/** Windows a second of all of them. */
const expected = microphones / 0.48;

/** Percent of one core. */
export interface MicrophoneCost {
  /** Node-RED with all of its threads, less what it takes without a flow. */
  nodeRed: number;
  idle: number;
  /** The programs that record. */
  recorders: number;
  /** Of the windows that came in this time, those that were analysed. */
  analysed: number;
}

/** Eight mic-in nodes in a real Node-RED that listen to a microphone in which there is noise, all to one audio-classify. */
export async function liveMicrophones(): Promise<MicrophoneCost> {
  const missing = await SoundServer.missing();
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
  const sound = await SoundServer.start();
  const host = await NodeRedHost.start(sound.env);
  try {
    await host.deploy([]);
    await sleep(idleMs / 2);
    const idle = await spentIn(idleMs, () => [host.pid]);
    const random = seededRandom(9);
    const noise = Float32Array.from({ length: playedSeconds * 16_000 }, () => 0.01 * gaussian(random));
    writeFileSync(join(sound.folder, 'noise.wav'), encodeWav(noise, 16_000));
    // It ends with the sound server, however long it is.
    const played = sound.play(join(sound.folder, 'noise.wav')).catch(() => undefined);
    await host.deploy(flow());
    await until(() => childrenNamed(host.pid, 'parec').length === microphones, 'eight recorders');
    await sleep(warmUpMs);
    const before = await analysed(host);
    const recorders = spentIn(watchMs, () => childrenNamed(host.pid, 'parec'));
    const nodeRed = await spentIn(watchMs, () => [host.pid]);
    const windows = (await analysed(host)) - before;
    await sound.stop();
    await played;
    return {
      nodeRed: rounded(nodeRed - idle, 1),
      idle: rounded(idle, 1),
      recorders: rounded(await recorders, 1),
      analysed: rounded(windows / ((expected * watchMs) / 1000), 2),
    };
  } finally {
    await host.stop();
    await sound.stop();
  }
}

function flow(): FlowNode[] {
  const mics = Array.from({ length: microphones }, (_, index) => ({
    ...{ id: `mic-${index}`, type: 'mic-in', name: `mic-${index}`, area: 'hall', recorder: 'parec', device: 'mic0' },
    wires: [['judge'], []],
  }));
  return [...mics, { id: 'judge', type: 'audio-classify', name: '', wires: [[]] }];
}

/** Percent of one core that these processes take meanwhile. */
async function spentIn(ms: number, pids: () => number[]): Promise<number> {
  const all = pids();
  const spent = () => all.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const [before, begun] = [spent(), performance.now()];
  await sleep(ms);
  return (100 * 1000 * (spent() - before)) / (performance.now() - begun);
}

async function analysed(host: NodeRedHost): Promise<number> {
  const text = await (await fetch(`${host.url}/echosight/metrics`)).text();
  return [...text.matchAll(/^audio_windows_analysed_total\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
}
