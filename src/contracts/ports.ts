import type { MetricName } from './metrics.ts';
import type { DetectedObject, ImageEncoding } from './messages.ts';
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

/** Draws boxes and labels on a picture and encodes it (vision implements it). */
export interface SnapshotRenderer {
  /** @throws SentinelError ES_IMAGE_INVALID */
  jpeg(picture: Picture, objects: readonly DetectedObject[]): Promise<Buffer>;
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

/** Counters and histograms (contracts/metrics.ts); `site/` binds them to Prometheus. */
export interface Metrics {
  /** Adds `by` (default 1) to a counter. */
  count(name: MetricName, labels?: Record<string, string>, by?: number): void;
  /** Records one observation (seconds for durations). */
  observe(name: MetricName, value: number, labels?: Record<string, string>): void;
}
