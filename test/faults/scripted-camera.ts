import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DemoRelay, type DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { fileInput, type FfmpegCommand } from '../../src/media/ffmpeg-arguments.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Publisher } from '../../src/media/rtsp-server/publisher.ts';
import { demoClip } from '../integration/demo-camera.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { until } from './vitals.ts';

const path = '/front';

/** A camera that can be told to show something else, as one whose settings are changed. */
export class ScriptedCamera {
  readonly relay: DemoRelay;
  #publisher: Publisher | undefined;

  private constructor(options: DemoRelayOptions) {
    this.relay = new DemoRelay(options);
  }

  static async start(source = fileInput(demoClip), options: DemoRelayOptions = {}): Promise<ScriptedCamera> {
    const camera = new ScriptedCamera(options);
    await camera.relay.listen();
    await camera.show(source);
    return camera;
  }

  get url(): string {
    return this.relay.url(path);
  }

  /** Its players are hung up on when it shows something already. */
  async show(source: FfmpegCommand): Promise<void> {
    await this.#publisher?.stop();
    await until(() => this.relay.tracks(path).length === 0, 'the old picture has gone');
    const { path: ffmpeg } = await locateFfmpeg();
    const ports = { clock: new SiteClock(), log: new RecordingLog() };
    this.#publisher = new Publisher({ source, form: 'copy', url: this.url, ffmpeg, ...ports });
    this.#publisher.start();
    await this.relay.published(path);
  }

  async stop(): Promise<void> {
    await this.#publisher?.stop();
    await this.relay.close();
  }
}

/** What cameras may send beside the demo clip, made once per test run. */
export interface Clips {
  /** H.265 of another size, with G.711 sound. */
  hevc: FfmpegCommand;
  /** A picture of two shapes in turns of eight seconds, without a break in the stream. */
  shapes: FfmpegCommand;
  picture: FfmpegCommand;
  sound: FfmpegCommand;
}

export async function makeClips(folder: string): Promise<Clips> {
  const { path: ffmpeg } = await locateFfmpeg();
  const make = async (name: string, ...args: string[]): Promise<string> => {
    const file = join(folder, name);
    await promisify(execFile)(ffmpeg, ['-loglevel', 'error', '-i', demoClip, ...args, '-y', file]);
    return file;
  };
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '15'];
  const pcmu = ['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'];
  const hevc = ['-t', '4', '-vf', 'scale=640:480', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params'];
  const shape = (name: string, from: number, size: string): Promise<string> =>
    make(name, '-t', '8', '-an', ...h264, '-vf', `scale=${size},setsar=1`, '-output_ts_offset', `${from}`);
  const [changed, wide, square, picture, sound] = await Promise.all([
    make('changed.mov', ...hevc, 'log-level=error:bframes=0:keyint=15', ...pcmu),
    shape('wide.ts', 0, '768:432'),
    shape('square.ts', 8, '480:480'),
    make('picture.mp4', '-an', '-c:v', 'copy'),
    make('sound.mp4', '-vn', '-c:a', 'copy'),
  ]);
  const shapes = join(folder, 'shapes.ts');
  await writeFile(shapes, Buffer.concat(await Promise.all([wide, square].map((file) => readFile(file)))));
  return { hevc: fileInput(changed), shapes: fileInput(shapes), picture: fileInput(picture), sound: fileInput(sound) };
}
