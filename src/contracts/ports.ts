import type { Arming, ArmingRequest } from './arming.ts';
import type { MetricName } from './metrics.ts';
import type { ArmingWay, DetectedObject, FrameZone, ImageEncoding } from './messages.ts';
import type { Static } from 'typebox';

/**
 * What one room needs of another. The site hands the implementations in; no domain room imports another.
 */

/** Time and timers. The system clock lives in `clock/`; tests hand in one that they turn by hand. */
export interface Clock {
  /** Epoch milliseconds, monotonic between re-anchorings (see clock/site-clock.ts). */
  now(): number;
  /** Milliseconds from an arbitrary origin, never stepping: for intervals. */
  monotonic(): number;
  /** Calls back once after `ms`; the returned function cancels. Never keeps the process alive by itself. */
  after(ms: number, callback: () => void): () => void;
}

/** Uniform numbers in 0..1, passed in so that tests are repeatable. */
export type Random = () => number;

/** Log lines of the engine; `red/` binds them to Node-RED's log. Lines arrive redacted. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** A picture as it travels inside the engine. rgb24 is rows of R, G, B bytes without padding. */
export interface Picture {
  bytes: Uint8Array;
  encoding: Static<typeof ImageEncoding>;
  width: number;
  height: number;
}

/** How a picture is drawn on and encoded. */
export interface SnapshotForm {
  /** Drawn below the objects. */
  zones?: readonly FrameZone[];
  /** Pixels of the longest side at most. */
  longestSide?: number;
  /** Of the JPEG, 1 to 100. */
  quality?: number;
}

/** Draws boxes and labels on a picture and encodes it (vision implements it). */
export interface SnapshotRenderer {
  /**
   * The bytes of the picture are the caller's again as soon as this returns.
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING
   */
  jpeg(picture: Picture, objects: readonly DetectedObject[], form?: SnapshotForm): Promise<Buffer>;
}

/** Makes the small pictures of lists (vision implements it). */
export interface ThumbnailMaker {
  /**
   * @param picture a JPEG or PNG file.
   * @returns a JPEG, at most 320 pixels wide.
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING
   */
  thumbnail(picture: Uint8Array): Promise<Buffer>;
}

/** A span of time, epoch ms on the Site clock. */
export interface ClipSpan {
  from: number;
  to: number;
}

/** A video: MP4, ready to be streamed. Its span is that of the pictures in it: whole, from key frame to key frame. */
export interface Clip extends ClipSpan {
  bytes: Buffer;
}

/** A picture at full size: JPEG. */
export interface StillPicture {
  bytes: Buffer;
  /** Epoch ms. */
  capturedAt: number;
}

/** Sound that its owner allows to be kept: WAV, or Opus in Ogg. */
export interface KeptSound extends ClipSpan {
  bytes: Buffer;
}

/**
 * The last minute of the cameras, as it came (media implements it). What is hidden in a camera is hidden here too.
 * Everything answers undefined where nothing of that time is kept. Bytes may be shared: nobody writes into them.
 */
export interface ClipSource {
  /** Names of the cameras of an area of which something is kept. */
  camerasOf(area: string): string[];
  /**
   * The video of a camera. A span that lasts until the future is waited for.
   * @param span `playable`: in a form that every browser plays, whatever the camera sends.
   * @throws SentinelError ES_CLIP_FAILED, ES_FFMPEG_MISSING
   */
  clip(camera: string, span: ClipSpan & { playable?: boolean }): Promise<Clip | undefined>;
  /** The picture nearest to a time, at most 5 s older. @throws SentinelError ES_CLIP_FAILED, ES_FFMPEG_MISSING */
  snapshot(camera: string, at: number): Promise<StillPicture | undefined>;
  /** The sound, where it is kept. @throws SentinelError ES_CLIP_FAILED, ES_FFMPEG_MISSING */
  audio(camera: string, span: ClipSpan & { format: 'wav' | 'ogg' }): Promise<KeptSound | undefined>;
}

/** Turns what was kept into what every phone plays (media implements it). */
export interface PhoneMedia {
  /**
   * @param samples mono, 16 kHz, -1..1; the caller's again when this resolves.
   * @returns Opus in Ogg, about 3 kB a second.
   * @throws SentinelError ES_CLIP_FAILED, ES_FFMPEG_MISSING; the reason of the signal when it was aborted
   */
  voiceNote(samples: Float32Array, signal: AbortSignal): Promise<Buffer>;
  /**
   * @param clip MP4.
   * @param bytes It may have so many.
   * @returns MP4 with H.264 and at most one track of AAC: the same bytes where they are that already.
   * @throws SentinelError ES_CLIP_FAILED, ES_FFMPEG_MISSING; the reason of the signal when it was aborted
   */
  video(clip: Buffer, bytes: number, signal: AbortSignal): Promise<Buffer>;
}

/** Decodes sound files (media implements it, by ffmpeg). */
export interface SoundFileDecoder {
  /**
   * @param file Absolute path. Its first bytes say of what format it is, not its name.
   * @param limits A file that lasts longer than `seconds` is refused, not cut.
   * @returns mono, 16 kHz, -1..1.
   * @throws SentinelError ES_AUDIO_INVALID, ES_AUDIO_TOO_LONG, ES_FFMPEG_MISSING; the reason of the signal when it was aborted
   */
  decode(file: string, limits: { seconds: number; signal?: AbortSignal }): Promise<Float32Array>;
}

/** What people said of sounds (evidence implements it). */
export interface DismissedSounds {
  /**
   * Sounds of a microphone in incidents of which the standing review says that they were nothing: of each incident and class the score
   * that it keeps.
   * @param microphone `model`: what judged it; what another model or head said of a sound is not counted.
   * @param from Epoch ms; older incidents do not count.
   * @returns the sounds, and since when there could have been any: the first incident of the site after `from`, or the last sound that
   * another model was heard to judge there.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
   */
  of(
    microphone: { site: string; source: string; model: string },
    from: number,
  ): Promise<{ since: number | undefined; sounds: { label: string; score: number }[] }>;
}

/** Whether our own loudspeaker talks: what a microphone near it hears then is nothing that happened. */
export interface TalkState {
  /**
   * When the last talk in an area of a site ends that was to be heard in `from`..`to`, its echo included; undefined: there was none.
   * All in epoch ms.
   */
  talkingUntil(place: { site: string; area: string }, from: number, to: number): number | undefined;
}

/** Who sets a mode. */
export interface ArmedBy {
  /** A login, `local`, `flow`, or a telephone number of which only the end is shown. */
  by: string;
  how: Exclude<ArmingWay, 'unset'>;
}

/** In which mode a site is armed (site implements it): which rules count. */
export interface ArmingState {
  /** As it is now. While it cannot be read: the last one known, else `away`. */
  readonly now: Arming;
  /** Whether `now` is written down. */
  readonly kept: boolean;
  /** Settles when the mode of before a restart is known, or could not be read within two seconds. Never rejects. */
  ready(): Promise<void>;
  /**
   * Arms or disarms at once, whatever the disk does. Resolves when it is written down, or could not be within two seconds.
   * Never rejects.
   */
  set(request: ArmingRequest, who: ArmedBy): Promise<Arming>;
  /** Tells of every change, and once more when a time to leave is over. @returns ends it. */
  watch(listener: (arming: Arming) => void): () => void;
}

/** Whether alerts below severity 3 are silenced for a while (site implements it). */
export interface SnoozeState {
  /** Settles when what was said before a restart is known, or could not be read within two seconds. Never rejects. */
  ready(): Promise<void>;
  /** Until when alerts of an area are silenced (epoch ms); undefined: they are not. */
  until(area: string): number | undefined;
  /** Tells of every change. @returns ends it. */
  watch(listener: () => void): () => void;
}

/** What people said of incidents (evidence implements it). */
export interface Acknowledgements {
  /**
   * Who has last acknowledged, confirmed or dismissed an incident since then; undefined: nobody.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
   */
  by(incidentId: string, since: number): Promise<string | undefined>;
}

/** Counters and histograms (contracts/metrics.ts); `site/` binds them to Prometheus. */
export interface Metrics {
  /** Adds `by` (default 1) to a counter. */
  count(name: MetricName, labels?: Record<string, string>, by?: number): void;
  /** Records one observation (seconds for durations). */
  observe(name: MetricName, value: number, labels?: Record<string, string>): void;
}

/** The gauges among the metrics. */
export interface Gauges {
  /** Sets one; undefined takes it away. */
  set(name: MetricName, value: number | undefined, labels: Record<string, string>): void;
}

/** Who takes what a provider posts to us from outside (alerting implements it). Its secrets never leave it. */
export interface WebhookReceiver {
  /** Whether this is the word that proves that the address is ours; takes the same time for any word. */
  knows(verifyToken: string): boolean;
  /** Whether our provider has signed these very bytes; takes the same time for any signature. */
  trusts(body: Uint8Array, signature: string): boolean;
  /** Takes over a body that it trusts, and returns at once. @returns false when so much waits that it must come again. */
  take(body: Uint8Array): boolean;
}

/** What a provider reports of a message: the query of the address that it posted to, and the form. */
export interface MessageReport {
  search: string;
  form: URLSearchParams;
}

/** Who takes what a provider reports of messages (alerting implements it). Its secrets never leave it. */
export interface ReportReceiver {
  /** Whether our provider has signed this; takes the same time for any signature. */
  trusts(report: MessageReport, signature: string): boolean;
  /** Works off a report that it trusts. @throws SentinelError ES_DATABASE */
  take(report: MessageReport): Promise<void>;
}

/** An incident as people talk of it. */
export interface HouseIncident {
  id: string;
  label: string;
  /** Somebody has acknowledged, confirmed or dismissed it. */
  isAnswered: boolean;
}

/** What people may ask of a site from outside (site implements it). */
export interface HouseDesk {
  /** The newest hundred, newest first. @throws SentinelError ES_DATABASE */
  incidents(): Promise<HouseIncident[]>;
  /**
   * Keeps what somebody says of an incident, and tells the flow.
   * @returns what stands now, and who said it; undefined when it is not kept here. @throws SentinelError ES_DATABASE
   */
  review(
    incidentId: string,
    action: 'acknowledge' | 'dismiss',
    by: string,
  ): Promise<{ label: string; by: string; added: boolean } | undefined>;
  /** Arms or disarms. @returns undefined for what is no mode. */
  arm(mode: string, by: string): Promise<Pick<Arming, 'mode' | 'counting'> | undefined>;
  state(): { name: string; mode: string; sources: { name: string; isCamera: boolean; connected: boolean }[] };
  /**
   * Holds alerts below severity 3 back for so many minutes; 0 ends that.
   * @param area as somebody wrote it; empty: the whole site.
   * @returns until when (as a time of day in the zone of the site) and of which area; undefined where no area has this name.
   */
  snooze(minutes: number, area: string, by: string): Promise<{ until: string; area: string } | undefined>;
  /** Names of the areas. */
  areas(): string[];
  /** What a camera shows now: JPEG; undefined while it shows nothing. @throws SentinelError ES_CLIP_FAILED */
  picture(camera: string): Promise<Buffer | undefined>;
}

/** Something that somebody did, as it is written down for good. */
export interface AuditNote {
  /** Name of the caller. */
  by: string;
  /** How they were known: as `Caller.how`, or `command`, `flow`, `message`, `retention`, `nobody`. */
  how: string;
  /** What was done, such as `login`, `review` or `evidence.read`. */
  action: string;
  /** To what: an id, a name, or nothing. */
  subject?: string;
  /** Epoch ms. */
  at: number;
}

/** Writes down who did what (access implements it). */
export interface Audit {
  /** Returns at once and never throws; what cannot be written down is logged. */
  note(entry: AuditNote): void;
}
