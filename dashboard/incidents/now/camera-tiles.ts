import type { CameraList, CameraSummary, LivePreview } from '../../../src/contracts/cameras.ts';
import type { Word } from '../../words.ts';

/** What the API says of a live picture: the same as before, none yet, or no such picture any more. */
export type PictureAnswer = 'same' | 'none' | 'gone' | { picture: Blob; tag: string };

/** What the tiles need of the world. */
export interface TilePorts {
  /** @throws when the API does not answer */
  cameras(): Promise<CameraList>;
  /** @throws likewise. @param tag of the picture that is shown */
  picture(id: string, tag: string | undefined): Promise<PictureAnswer>;
  /** An address of a picture for an img. */
  address(picture: Blob): string;
  forget(address: string): void;
  /** Whether somebody can see a tile now; without an id: the page. */
  isInSight(tile?: string): boolean;
  now(): number;
}

/** A camera on the page. */
export interface Tile {
  id: string;
  camera: CameraSummary;
  /** Address of the newest picture. */
  picture: string | undefined;
  /** When that came, by the clock of the browser. */
  pictureAt: number;
}

const listEveryMs = 5000;
/** After a question that was refused, or came to nothing. */
const patienceMs = 4000;
/** While the first picture is being made; while none comes, twice as long each time. */
const comingMs = 700;
const longestComingMs = 5000;
const shortestPeriodMs = 500;
/** A picture that is not followed by another for so long is not live. */
const liveMs = 10_000;

interface Fetching {
  isUnderWay: boolean;
  /** By the clock of the browser. */
  due: number;
  tag: string | undefined;
  /** Answers without a picture, one after the other. */
  misses: number;
}

/** The tiles of the cameras and their pictures: fetched one at a time of each, and only while somebody can see them. */
export class CameraTiles {
  readonly #ports: TilePorts;
  readonly #show: (tiles: Tile[]) => void;
  #tiles: Tile[] = [];
  readonly #fetching = new Map<string, Fetching>();
  #listDue = 0;

  /** @param show is told of every change. */
  constructor(ports: TilePorts, show: (tiles: Tile[]) => void) {
    this.#ports = ports;
    this.#show = show;
  }

  /** Asks for what is due. To be called twice a second. */
  beat(): void {
    if (!this.#ports.isInSight()) return;
    const now = this.#ports.now();
    if (now >= this.#listDue) void this.#list(now);
    for (const tile of this.#tiles) {
      const fetching = this.#fetching.get(tile.id);
      const preview = previewOf(tile.camera);
      if (fetching === undefined || preview === undefined || fetching.isUnderWay || now < fetching.due) continue;
      // Until the list says that it streams again, there is nothing new to be had.
      if (!isStreaming(tile.camera)) continue;
      if (this.#ports.isInSight(tile.id)) void this.#fetch(tile.id, preview, fetching);
    }
  }

  async #list(now: number): Promise<void> {
    this.#listDue = now + listEveryMs;
    try {
      this.#take((await this.#ports.cameras()).cameras);
    } catch {
      // The page says so already; the pictures stop being live by themselves.
    }
  }

  #take(cameras: readonly CameraSummary[]): void {
    const before = new Map(this.#tiles.map((tile) => [tile.id, tile]));
    this.#tiles = cameras.map((camera) => {
      const id = `${camera.site}/${camera.source}`;
      const known = before.get(id);
      before.delete(id);
      const fetching = this.#fetching.get(id) ?? { isUnderWay: false, due: 0, tag: undefined, misses: 0 };
      this.#fetching.set(id, fetching);
      if (known === undefined) return { id, camera, picture: undefined, pictureAt: 0 };
      if (hasNews(known.camera, camera, fetching)) Object.assign(fetching, { due: 0, misses: 0 });
      if (!isHidden(camera)) return { ...known, camera };
      fetching.tag = undefined;
      this.#drop(known);
      return { id, camera, picture: undefined, pictureAt: 0 };
    });
    for (const gone of before.values()) {
      this.#fetching.delete(gone.id);
      this.#drop(gone);
    }
    this.#show(this.#tiles);
  }

  #drop({ picture }: Tile): void {
    if (picture !== undefined) this.#ports.forget(picture);
  }

  async #fetch(id: string, preview: LivePreview, fetching: Fetching): Promise<void> {
    fetching.isUnderWay = true;
    let pauseMs = Math.max(shortestPeriodMs, 1000 / preview.rate);
    try {
      const answer = await this.#ports.picture(preview.id, fetching.tag);
      fetching.misses = answer === 'none' ? fetching.misses + 1 : 0;
      if (answer === 'none') pauseMs = Math.min(longestComingMs, comingMs * 2 ** (fetching.misses - 1));
      else if (answer === 'gone') this.#listDue = 0;
      else if (answer !== 'same') this.#put(id, fetching, answer);
    } catch {
      pauseMs = patienceMs;
    } finally {
      fetching.isUnderWay = false;
      fetching.due = this.#ports.now() + pauseMs;
    }
  }

  #put(id: string, fetching: Fetching, { picture, tag }: { picture: Blob; tag: string }): void {
    const old = this.#tiles.find((tile) => tile.id === id);
    // Paused while the picture was on its way.
    if (old === undefined || isHidden(old.camera)) return;
    fetching.tag = tag;
    const renewed = { ...old, picture: this.#ports.address(picture), pictureAt: this.#ports.now() };
    this.#tiles = this.#tiles.map((tile) => (tile === old ? renewed : tile));
    this.#show(this.#tiles);
    this.#drop(old);
  }
}

/** Frames may come from elsewhere than rtsp-in: then nothing is known of a stream. */
function isStreaming({ status = 'connected' }: CameraSummary): boolean {
  return status === 'connected';
}

/** Somebody has switched it off: what it saw before is not shown either. */
function isHidden({ status }: CameraSummary): boolean {
  return status === 'paused' || status === 'stopped';
}

/** Whether there may be a picture sooner than was thought. */
function hasNews(before: CameraSummary, now: CameraSummary, { misses }: Fetching): boolean {
  if (isStreaming(now) && !isStreaming(before)) return true;
  return misses > 0 && previewOf(now)?.capturedAt !== previewOf(before)?.capturedAt;
}

/** How a tile looks: `old` is grey, and `isShown` whether there is a picture in it. */
export interface TileLook {
  word: Word;
  tone: 'live' | 'calm' | 'old' | 'fault';
  icon: string;
  isShown: boolean;
}

type Status = NonNullable<CameraSummary['status']>;

const connecting = { word: 'cameraConnecting', tone: 'old', icon: 'mdi-timer-sand' } as const;
const offline = { word: 'cameraOffline', tone: 'old', icon: 'mdi-video-off-outline' } as const;
/** Nobody is shown what somebody has switched off. */
const looksOfStatus: Readonly<Record<Exclude<Status, 'connected'>, Omit<TileLook, 'isShown'>>> = {
  idle: connecting,
  probing: connecting,
  connecting,
  stalled: offline,
  'backing-off': offline,
  unauthorised: { word: 'cameraLogin', tone: 'old', icon: 'mdi-lock-outline' },
  'not-found': { word: 'cameraMissing', tone: 'old', icon: 'mdi-video-off-outline' },
  paused: { word: 'cameraPaused', tone: 'calm', icon: 'mdi-pause' },
  stopped: { word: 'cameraStopped', tone: 'calm', icon: 'mdi-stop' },
};

export function tileLook({ camera, picture, pictureAt }: Tile, now: number): TileLook {
  const { status = 'connected', previews } = camera;
  const hasPicture = picture !== undefined;
  if (status !== 'connected') {
    const look = looksOfStatus[status];
    return { ...look, isShown: hasPicture && look.tone === 'old' };
  }
  if (previews.length === 0) return { word: 'cameraUnseen', tone: 'calm', icon: 'mdi-eye-off-outline', isShown: false };
  const preview = previewOf(camera);
  if (preview === undefined) return { word: 'cameraOff', tone: 'calm', icon: 'mdi-image-off-outline', isShown: false };
  const isFresh = now - pictureAt < liveMs;
  if (!preview.detects) {
    const tone = hasPicture && !isFresh ? 'old' : 'fault';
    return { word: 'cameraBlind', tone, icon: 'mdi-alert-outline', isShown: hasPicture };
  }
  if (!hasPicture) return { word: 'cameraComing', tone: 'calm', icon: 'mdi-timer-sand', isShown: false };
  if (!isFresh) return { word: 'cameraSilent', tone: 'old', icon: '', isShown: true };
  return { word: 'linkLive', tone: 'live', icon: '', isShown: true };
}

/** When the camera was last seen, for the words that say so; epoch ms. */
export function lastSeen({ camera: { since, previews } }: Tile): number | undefined {
  const newest = Math.max(0, ...previews.map(({ capturedAt }) => capturedAt));
  return newest > 0 ? newest : since;
}

/** The picture of a camera that several detectors look at is that of the first one that makes any. */
function previewOf({ previews }: CameraSummary): LivePreview | undefined {
  return previews.find(({ rate, detects }) => rate > 0 && detects) ?? previews.find(({ rate }) => rate > 0);
}
