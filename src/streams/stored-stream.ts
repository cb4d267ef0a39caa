import type { Selectable } from 'kysely';
import type { SentinelCameraConfig } from '../contracts/configs.ts';
import type { StreamSettings, StreamType } from '../contracts/streams.ts';
import { usualSettings } from '../contracts/streams.ts';
import type { StreamRow } from '../database/tables.ts';

/** A stream of the store, without its address. */
export interface StoredStream {
  /** Of its row; never told. */
  key: string;
  /** Name of the camera. */
  source: string;
  /** Name for people. */
  name: string;
  area: string;
  type: StreamType;
  /** Its address without what is secret in it. */
  shown: string;
  /** Whether it is to run. */
  enabled: boolean;
  settings: StreamSettings;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
  /** The key of its address is not there, or is another one. */
  isLost: boolean;
}

/** One that is to run, with its address: a secret; undefined where that is lost. */
export interface RunnableStream extends StoredStream {
  address: string | undefined;
}

export function storedStream(row: Selectable<StreamRow>, isLost: boolean): StoredStream {
  return {
    ...{ key: row.id, source: row.source, name: row.name, area: row.area, type: row.type as StreamType },
    ...{ shown: row.shown, enabled: row.enabled !== 0, settings: settingsIn(row) },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at, isLost },
  };
}

export function settingsIn({ settings_json }: { settings_json: string }): StreamSettings {
  return { ...usualSettings, ...(JSON.parse(settings_json) as Partial<StreamSettings>) };
}

/** Of what somebody asks for, the settings. */
export function settingsOf(asked: Partial<StreamSettings>): Partial<StreamSettings> {
  const names = Object.keys(usualSettings) as (keyof StreamSettings)[];
  return Object.fromEntries(names.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]]])));
}

/** A stream as a camera node would say it. */
export function cameraOf({ source, area, address = '', settings }: RunnableStream): SentinelCameraConfig {
  const { capture_delay_ms: captureDelayMs, ...same } = settings;
  return { name: source, site: '', area, address, ...same, captureDelayMs, playback: 'loop', maskFile: '' };
}

/** A name that can stand in topics, made of one for people. */
export function sourceOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain
    .replace(/[^a-zA-Z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}
