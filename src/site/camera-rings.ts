import type { SentinelCameraConfig } from '../contracts/configs.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { CameraRing } from '../media/ring/camera-ring.ts';
import { RingFolders } from '../media/ring/ring-folders.ts';

/** How the last minute of a camera is kept. */
export interface KeptCamera {
  /** Source name in topics and alerts. */
  name: string;
  area: string;
  /** Whether sound is kept too. */
  sound: boolean;
}

/** What the settings of a camera say of keeping; undefined for not at all. */
export function keptCamera({ name, area, ring, audio, zones, maskFile }: SentinelCameraConfig): KeptCamera | undefined {
  // What the ring holds is not masked, so a camera with something to hide has none.
  if (!ring || maskFile !== '' || zones.some(({ kind }) => kind === 'privacy')) return undefined;
  return { name, area, sound: audio === 'record' };
}

/** The rings of the cameras of a Site. */
export class CameraRings {
  readonly #folders: RingFolders;
  readonly #ports: { clock: Clock; log: Log };
  readonly #rings = new Map<CameraRing, KeptCamera>();

  constructor(ports: { clock: Clock; log: Log }, folders = new RingFolders(ports.log)) {
    this.#ports = ports;
    this.#folders = folders;
  }

  /** A ring for one connection to a camera. */
  open(camera: KeptCamera, captureDelayMs: number): CameraRing {
    const { name, sound } = camera;
    const ring = new CameraRing({ camera: name, sound, captureDelayMs, folders: this.#folders, ...this.#ports });
    this.#rings.set(ring, camera);
    ring.signal.addEventListener('abort', () => {
      this.#rings.delete(ring);
    });
    return ring;
  }

  /** Removes what is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#rings.keys()].map((ring) => ring.close()));
    await this.#folders.close();
  }
}
