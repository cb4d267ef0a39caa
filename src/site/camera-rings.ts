import type { SentinelCameraConfig } from '../contracts/configs.ts';
import type {
  Clip,
  ClipSource,
  ClipSpan,
  Clock,
  KeptSound,
  Log,
  PhoneMedia,
  StillPicture,
} from '../contracts/ports.ts';
import { RingClips } from '../media/clips/ring-clips.ts';
import { Turns } from '../media/clips/turns.ts';
import { locateFfmpeg } from '../media/ffmpeg-program.ts';
import { phoneMedia } from '../media/phone/phone-media.ts';
import { CameraRing } from '../media/ring/camera-ring.ts';
import { RingFolders } from '../media/ring/ring-folders.ts';

/** More would take the processor from what watches. */
const jobsAtOnce = 2;

/** How the last minute of a camera is kept. */
export interface KeptCamera {
  /** Source name in topics and alerts. */
  name: string;
  area: string;
  /** Whether sound is kept too. */
  sound: boolean;
}

/** What the settings of a camera say of keeping; undefined for not at all. */
export function keptCamera({ name, area, ring, audio }: SentinelCameraConfig): KeptCamera | undefined {
  return ring ? { name, area, sound: audio === 'record' } : undefined;
}

/** The rings of the cameras of a Site, and what is made of them. */
export class CameraRings implements ClipSource {
  readonly #folders: RingFolders;
  readonly #ports: { clock: Clock; log: Log };
  readonly #turns = new Turns(jobsAtOnce);
  /** Makes what was kept ready for telephones, one at a time: clips do not wait for it. */
  readonly phoneMedia: PhoneMedia;
  readonly #open = new Map<CameraRing, { camera: KeptCamera; clips: RingClips }>();

  constructor(ports: { clock: Clock; log: Log }, folders = new RingFolders(ports.log)) {
    this.#ports = { clock: ports.clock, log: ports.log };
    this.#folders = folders;
    this.phoneMedia = phoneMedia({ clock: ports.clock, folders, turns: new Turns(1) });
  }

  /** A ring for one connection to a camera. */
  open(camera: KeptCamera, { captureDelayMs, ffmpeg }: { captureDelayMs: number; ffmpeg?: string }): CameraRing {
    const { clock } = this.#ports;
    const [folders, turns] = [this.#folders, this.#turns];
    const ring = new CameraRing({ camera: camera.name, sound: camera.sound, captureDelayMs, folders, ...this.#ports });
    const program = () => locateFfmpeg(ffmpeg === undefined ? {} : { configured: ffmpeg });
    this.#open.set(ring, { camera, clips: new RingClips({ ring, folders, turns, program, captureDelayMs, clock }) });
    ring.signal.addEventListener('abort', () => {
      this.#open.delete(ring);
    });
    return ring;
  }

  camerasOf(area: string): string[] {
    const cameras = [...this.#open.values()].filter(({ camera }) => camera.area === area);
    return [...new Set(cameras.map(({ camera }) => camera.name))];
  }

  async clip(camera: string, span: ClipSpan & { playable?: boolean }): Promise<Clip | undefined> {
    return await this.#clipsOf(camera)?.clip(span);
  }

  async snapshot(camera: string, at: number): Promise<StillPicture | undefined> {
    return await this.#clipsOf(camera)?.snapshot(at);
  }

  async audio(camera: string, span: ClipSpan & { format: 'wav' | 'ogg' }): Promise<KeptSound | undefined> {
    return await this.#clipsOf(camera)?.audio(span);
  }

  /** Removes what is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((ring) => ring.close()));
    await this.#folders.close();
  }

  /** Of several connections to a camera, the one that was made first has kept for longest. */
  #clipsOf(name: string): RingClips | undefined {
    return [...this.#open.values()].find(({ camera }) => camera.name === name)?.clips;
  }
}
