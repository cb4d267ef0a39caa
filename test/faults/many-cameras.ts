import assert from 'node:assert/strict';
import type { AudioWindow, Frame, Incident, StreamStatus } from '../../src/contracts/messages.ts';
import type { FlowNode, Message } from '../hosts/node-red-host.ts';
import { briefProbe, flowOf, House, type HouseOptions } from './house.ts';
import { until } from './vitals.ts';

/** A camera node and who may log in to it. */
export interface CameraSettings {
  address: string;
  transport?: 'tcp' | 'udp';
  credentials?: { username: string; password: string };
}

/** One house with many cameras, and what a user sees of each: one Node-RED serves many faults. */
export class ManyCameras {
  readonly house: House;
  readonly cameras: Readonly<Record<string, CameraSettings>>;

  private constructor(house: House, cameras: Readonly<Record<string, CameraSettings>>) {
    this.house = house;
    this.cameras = cameras;
  }

  static async open(
    t: { after: (end: () => Promise<void>) => void },
    cameras: Readonly<Record<string, CameraSettings>>,
    options: HouseOptions = {},
  ): Promise<ManyCameras> {
    return new ManyCameras(await House.open(t, { ...options, more: nodesOf(cameras) }), cameras);
  }

  frames(camera: string): Frame[] {
    return this.#payloads('frame', camera) as Frame[];
  }

  windows(camera: string): AudioWindow[] {
    return this.#payloads('window', camera) as AudioWindow[];
  }

  states(camera: string): StreamStatus[] {
    return this.#payloads('stream', camera) as StreamStatus[];
  }

  /** The statuses of its stream in their order. */
  statuses(camera: string): StreamStatus['status'][] {
    return this.states(camera).map(({ status }) => status);
  }

  /** Texts under its rtsp-in node so far. */
  texts(camera: string): string[] {
    return this.house.statuses(eyeOf(camera));
  }

  /** Errors of its rtsp-in node that reached the Catch node. */
  errors(camera: string): string[] {
    return this.house.host.messages('errors').flatMap(({ error }) => {
      const { message, source } = error as { message: string; source: { id: string } };
      return source.id === eyeOf(camera) ? [message] : [];
    });
  }

  /** What fusion made of its being away. */
  outages(camera: string): Incident['phase'][] {
    return this.house
      .incidents('offline')
      .filter(({ sources }) => sources.includes(camera))
      .map(({ phase }) => phase);
  }

  /** The next frames from now on. */
  async nextFrames(camera: string, count = 1, ms = 60_000): Promise<void> {
    const before = this.frames(camera).length;
    await this.until(camera, () => this.frames(camera).length >= before + count, `${count} frames`, ms);
  }

  /** Waits until the stream has this status, or had it since this was called. */
  reaches(camera: string, status: StreamStatus['status'], ms = 60_000): Promise<void> {
    // Some last for milliseconds only.
    const seen = Math.max(0, this.statuses(camera).length - 1);
    return this.until(camera, () => this.statuses(camera).slice(seen).includes(status), status, ms);
  }

  async until(camera: string, condition: () => boolean, what: string, ms = 60_000): Promise<void> {
    await until(condition, what, ms).catch((error: unknown) => {
      const states = this.states(camera).map(({ status, detail }) => `${status}: ${detail}`);
      assert.fail(`${camera}: ${String(error)}\n${states.join('\n')}\n${this.house.host.log.slice(-1500)}`);
    });
  }

  /** Deploys with another name for the nodes of these cameras: they alone are stopped and started. */
  async deployAnew(cameras: readonly string[], name: string): Promise<void> {
    const change = Object.fromEntries(cameras.map((camera) => [eyeOf(camera), { name }]));
    await this.house.host.deploy(await flowOf({ ...this.house.options, change }), 'nodes');
  }

  /** Deploys the house without its cameras. */
  async removeCameras(): Promise<void> {
    await this.house.host.deploy(await flowOf({}), 'flows');
  }

  #payloads(probe: string, camera: string): unknown[] {
    return this.house.host
      .messages(probe)
      .map(({ payload }: Message) => payload as { source: string })
      .filter(({ source }) => source === camera);
  }
}

/** Id of the rtsp-in node of a camera. */
export function eyeOf(camera: string): string {
  return `eye-${camera}`;
}

/** The nodes of these cameras, wired to fusion and to probes. */
export function nodesOf(cameras: Readonly<Record<string, CameraSettings>>): FlowNode[] {
  const watched = Object.entries(cameras).flatMap(([name, settings]): FlowNode[] => [
    { id: `lens-${name}`, type: 'sentinel-camera', name, site: 'site', area: name, audio: 'analyse', ...settings },
    {
      ...{ id: eyeOf(name), type: 'rtsp-in', camera: `lens-${name}`, width: 320, rate: 5 },
      wires: [['probe-frame'], ['probe-window'], ['fuse', 'probe-stream']],
    },
  ]);
  return [...watched, ...['frame', 'window', 'stream'].map(briefProbe)];
}
