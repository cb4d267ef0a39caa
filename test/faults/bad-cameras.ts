import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import type { FfmpegCommand } from '../../src/media/ffmpeg-arguments.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import type { CameraSettings } from './many-cameras.ts';
import { makeClips, ScriptedCamera, type Clips } from './scripted-camera.ts';
import { SwallowingProxy } from './swallowing-proxy.ts';

/** Shares of packets that a bad network loses or damages. */
export const lossy = [0.02, 0.05, 0.2];
const login = { username: 'admin', password: 'right-one' };

/** One camera for every fault, by the name of the fault. */
export class BadCameras {
  /** What the camera nodes are set to. */
  readonly cameras: Record<string, CameraSettings> = {};
  readonly clips: Clips;
  /** Can be frozen: a process of its own. */
  readonly frozen: CameraProcess;
  readonly #scripted: Record<string, ScriptedCamera> = {};
  readonly #enders: (() => Promise<void>)[] = [];
  #hole: SwallowingProxy | undefined;

  private constructor(clips: Clips, frozen: CameraProcess) {
    this.clips = clips;
    this.frozen = frozen;
    this.#enders.push(() => frozen.stop());
    this.cameras.frozen = { address: frozen.url };
  }

  static async start(): Promise<BadCameras> {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-clips-'));
    const bad = new BadCameras(await makeClips(folder), await CameraProcess.start());
    bad.#enders.push(() => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    });
    await bad.#lossyOnes();
    await bad.#changingOnes();
    await bad.#unreachableOnes();
    return bad;
  }

  /** The way to the camera `hole`, on which everything can vanish. */
  get hole(): SwallowingProxy {
    return this.#hole ?? assert.fail('no hole');
  }

  /** A camera of this process. */
  showing(name: string): ScriptedCamera {
    return this.#scripted[name] ?? assert.fail(name);
  }

  async stop(): Promise<void> {
    for (const end of this.#enders.reverse()) await end();
  }

  async #lossyOnes(): Promise<void> {
    for (const share of lossy) {
      const { url } = await this.#begin(`lost-${share * 100}`, { random: seededRandom(share * 1000) });
      this.cameras[`lost-${share * 100}`] = { address: url, transport: 'udp' };
      await this.#begin(`corrupt-${share * 100}`, { random: seededRandom(share * 1000) });
    }
  }

  async #changingOnes(): Promise<void> {
    for (const name of ['deaf', 'blind', 'codec', 'sound-goes']) await this.#begin(name);
    await this.#begin('shape', {}, this.clips.shapes);
    await this.#begin('picture-only', {}, this.clips.picture);
    await this.#begin('sound-only', {}, this.clips.sound);
  }

  async #unreachableOnes(): Promise<void> {
    const guarded = await this.#begin('wrong-password', { credentials: login });
    this.#hole = await this.#proxy((await this.#begin('hole')).relay.port, false);
    const silent = await this.#proxy(guarded.relay.port, true);
    Object.assign(this.cameras, {
      'wrong-password': { address: guarded.url, credentials: { ...login, password: 'wrong' } },
      'wrong-path': { address: guarded.relay.url('/attic'), credentials: login },
      hole: { address: `rtsp://127.0.0.1:${this.#hole.port}/front` },
      silent: { address: `rtsp://127.0.0.1:${silent.port}/front` },
      refused: { address: 'rtsp://127.0.0.1:1/front' },
      unknown: { address: 'rtsp://camera.invalid/front' },
    });
  }

  async #begin(name: string, options: DemoRelayOptions = {}, source?: FfmpegCommand): Promise<ScriptedCamera> {
    const camera = await ScriptedCamera.start(source, options);
    this.#enders.push(() => camera.stop());
    this.#scripted[name] = camera;
    this.cameras[name] = { address: camera.url };
    return camera;
  }

  async #proxy(port: number, swallows: boolean): Promise<SwallowingProxy> {
    const proxy = await SwallowingProxy.start(port, swallows);
    this.#enders.push(() => proxy.stop());
    return proxy;
  }
}
