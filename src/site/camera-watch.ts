import type { MediaRequest, StateCommand, ViewChange } from '../contracts/commands.ts';
import type { SentinelCameraConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import { topicOf } from '../contracts/guards.ts';
import type { Frame, Media, Payload, SoundFault, StreamStatus, StreamStatusName } from '../contracts/messages.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { CameraViewer } from './camera-feed.ts';
import type { CameraLease } from './camera-feeds.ts';
import { forgetPictures } from './camera-list.ts';
import { keptCamera } from './camera-rings.ts';
import { cameraPrivacy, cameraSource, frameZones } from './camera-source.ts';
import { LastingWords } from './lasting-words.ts';
import { MediaDesk } from './media-desk.ts';
import { forgetListening } from './microphone-list.ts';
import type { Site } from './site.ts';
import { SourceControl } from './source-control.ts';

/** What is wanted of a picture: pixels, and frames a second. */
export interface PictureView {
  width: number;
  rate: number;
}

/** How a watched camera does, for the line under a node. */
export interface CameraState extends PictureView {
  status: StreamStatusName;
  detail: string;
  /** What is wrong with its picture. */
  tampering?: string | undefined;
  sound?: SoundFault | undefined;
  /** How late its pictures are. */
  lateSeconds?: number | undefined;
  connections: number;
  /** Somebody asked for another picture than the settings say. */
  isChanged: boolean;
}

export interface CameraWatchOptions {
  site: Site;
  /** Of whoever watches, on the board of health. */
  watcher: string;
  camera: { id: string; config: SentinelCameraConfig; credentials: Readonly<Record<string, string>> };
  /** Whether it is a stream of the store. */
  stored?: boolean;
  /** As the settings say. */
  view: PictureView;
  /** As it is asked for until the next deploy; as the settings say where nothing is. */
  asked?: PictureView;
  /** Sends by an output of rtsp-in. */
  emit: (output: 0 | 1 | 2, payload: Payload, bytes?: object) => void;
  show: (state: CameraState) => void;
  fail: (error: SentinelError, message: { topic: string; payload: unknown }) => void;
}

/** What was asked for, as output 4 gives it. */
export interface MediaAnswer {
  payload: Media;
  bytes: { image: Buffer } | { clip: Buffer };
}

/** Watches one camera for an rtsp-in: frames, sound, state, tampering, and pictures and clips for who asks. */
export class CameraWatch {
  readonly #options: CameraWatchOptions;
  readonly #control: SourceControl;
  readonly #lasting: LastingWords;
  readonly #media: MediaDesk;
  #asked: PictureView;
  #feed: CameraLease | undefined;
  #state: StreamStatusName = 'idle';
  #soundFault: SoundFault | undefined;
  #saidNamesake = false;

  /** It is watched from now on. @throws SentinelError ES_BAD_ADDRESS */
  constructor(options: CameraWatchOptions) {
    this.#options = options;
    const { site, camera, view, asked = view, emit } = options;
    this.#asked = asked;
    this.#lasting = new LastingWords(site, (payload) => {
      emit(2, payload);
    });
    const { clips, clock } = site;
    this.#media = new MediaDesk({ camera: camera.config, clips, clock, state: () => this.#state });
    const source = this.#feedOptions();
    const viewer = this.#viewer();
    this.#control = new SourceControl({
      start: () => {
        this.#feed = site.cameras.watch(camera.id, { ...source, ...this.#asked }, viewer);
        this.#sayNamesake();
      },
      stop: async () => {
        await this.#feed?.release();
      },
      pause: () => this.#feed?.pause(),
      resume: () => this.#feed?.resume(),
    });
  }

  get source(): string {
    return this.#options.camera.config.name;
  }

  /**
   * @returns what a command asks for.
   * @throws SentinelError ES_BAD_INPUT, ES_NOTHING_KEPT, ES_CLIP_FAILED, ES_FFMPEG_MISSING
   */
  async obey(command: StateCommand | ViewChange | MediaRequest): Promise<MediaAnswer | undefined> {
    if (typeof command === 'string') await this.#control.obey(command);
    else if ('ask' in command) return await this.#answer(command);
    else await this.#control.change(() => (this.#asked = { ...this.#asked, ...command }));
    return undefined;
  }

  /** Settles when nothing of it runs. */
  async close(): Promise<void> {
    const { site, watcher } = this.#options;
    this.#media.close();
    await this.#control.close();
    this.#lasting.close();
    site.health.forgetSource(watcher);
    forgetPictures({ site: site.id, source: this.source });
    forgetListening({ site: site.id, source: this.source });
  }

  async #answer(command: MediaRequest): Promise<MediaAnswer> {
    const { file, ...taken } = await this.#media.answer(command);
    const about = { capturedAt: taken.from, ...taken, bytes: file.length };
    const bytes = command.ask === 'snapshot' ? { image: file } : { clip: file };
    return { payload: { ...this.#identity, kind: 'media', ...about }, bytes };
  }

  get #identity() {
    const { site, camera } = this.#options;
    return { v: 1, site: site.id, area: camera.config.area, source: this.source } as const;
  }

  #feedOptions() {
    const { site, camera } = this.#options;
    const { config, credentials } = camera;
    const { name: source, transport, audio, captureDelayMs, playback, tamper } = config;
    return {
      ...{ source, ...cameraSource(config, credentials), transport, audio: audio !== 'off', captureDelayMs, playback },
      ...{ tamper, privacy: cameraPrivacy(config), keep: keptCamera(config) },
      ready: () => site.backlog.cleared(source),
      ...site.tools,
    };
  }

  #viewer(): CameraViewer {
    const { site, camera, emit, fail } = this.#options;
    const { audio, captureDelayMs } = camera.config;
    const zones = frameZones(camera.config);
    return {
      frame: ({ bytes, position, ...frame }) => {
        const payload: Frame = { ...this.#identity, kind: 'frame', encoding: 'rgb24', ...frame, ...zones };
        emit(0, payload, { image: bytes, ...placed(position) });
      },
      audio: ({ samples, position, ...window }) => {
        const { sampleRate, hop } = soundWindow;
        const about = { sampleRate, hop, record: audio === 'record' };
        const payload = { ...this.#identity, kind: 'audio-window', ...about, ...window } as const;
        emit(1, payload, { samples, ...placed(position) });
      },
      sound: ({ fault, detail }) => {
        this.#soundFault = fault;
        this.#show('connected');
        const told = { status: 'connected', detail, attempt: 0, ...(fault === undefined ? {} : { fault }) } as const;
        this.#tellStatus(told);
      },
      tamper: ({ kind, score, features }) => {
        this.#show('connected', score > 0 ? { tampering: kind } : {});
        const capturedAt = site.clock.now() - captureDelayMs;
        const payload = { ...this.#identity, kind: 'cue', capturedAt, cue: 'tamper', score, features } as const;
        this.#lasting.note(payload);
        emit(2, payload);
      },
      status: ({ status, detail, attempt, error, lateSeconds }) => {
        this.#state = status;
        if (status !== 'connected') this.#soundFault = undefined;
        this.#show(status, { detail, lateSeconds });
        const payload = this.#tellStatus({ status, detail, attempt });
        if (error !== undefined) fail(error, { topic: topicOf(payload), payload });
      },
    };
  }

  /** Tells how the stream does; what is wrong with the sound alone does not last. */
  #tellStatus(told: Pick<StreamStatus, 'status' | 'detail' | 'attempt' | 'fault'>): StreamStatus {
    const { site, watcher, stored, emit } = this.#options;
    const payload: StreamStatus = {
      ...this.#identity,
      ...{ kind: 'stream-status', capturedAt: site.clock.now() },
      ...told,
    };
    site.health.source(watcher, 'camera', payload, stored);
    this.#lasting.note(payload);
    emit(2, payload);
    return payload;
  }

  #show(status: StreamStatusName, more: Partial<CameraState> = {}): void {
    const { view, show } = this.#options;
    const { width, rate } = this.#asked;
    const isChanged = width !== view.width || rate !== view.rate;
    const connections = this.#feed?.connections ?? 1;
    const sound = this.#soundFault === undefined ? {} : { sound: this.#soundFault };
    show({ status, detail: '', ...sound, width, rate, isChanged, connections, ...more });
  }

  /** Once: every start would say it again. */
  #sayNamesake(): void {
    const { site, camera, fail } = this.#options;
    const { source } = this;
    if (this.#saidNamesake || !site.cameras.hasNamesake(camera.id, source)) return;
    this.#saidNamesake = true;
    const error = new SentinelError('ES_BAD_CONFIG', `Two cameras are named "${source}".`, {
      hint: 'Give each a name of its own: their objects, pictures and incidents are mixed.',
    });
    fail(error, { topic: 'name', payload: { source } });
  }
}

/** Where in the file it is: the capture times of a file that is played fast say only when that was. */
function placed(position: number | undefined): object {
  return position === undefined ? {} : { position };
}
