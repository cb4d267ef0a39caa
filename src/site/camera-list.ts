import type { CameraSummary } from '../contracts/cameras.ts';
import type { SourceHealth } from '../contracts/health.ts';
import type { PreviewPicture } from '../vision/preview/previews.ts';
import type { Site } from './site.ts';

type Shown = Pick<Site, 'id' | 'name' | 'health' | 'previews'>;

/** Somebody wants nothing to be seen of these. */
const hidden: readonly unknown[] = ['paused', 'stopped'];

/** The cameras of a Site, with what its detectors see of them; one that is offline is in it, too. */
export function camerasOf({ id: site, name: siteName, health, previews }: Shown): CameraSummary[] {
  const cameras = new Map<string, CameraSummary>();
  for (const { source, area, status, detail, since } of camerasIn(health)) {
    // Two nodes may watch one camera: that it is connected counts more.
    if (cameras.has(source) && status !== 'connected') continue;
    cameras.set(source, { site, siteName, area, source, status, detail, since, previews: [] });
  }
  for (const { id, source, area, model, rate, capturedAt, fault } of previews.all) {
    const camera = cameras.get(source) ?? { site, siteName, area, source, previews: [] };
    camera.previews.push({ id, model, rate, capturedAt, detects: fault === undefined });
    cameras.set(source, camera);
  }
  return [...cameras.values()].sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}

/**
 * The live picture of an id, from now on made for whoever asks.
 * @returns undefined while there is none; `unknown` when no source of this Site has this id.
 */
export function livePicture(site: Shown, id: string): PreviewPicture | undefined | 'unknown' {
  const source = site.previews.all.find((one) => one.id === id)?.source;
  if (source === undefined) return 'unknown';
  const watching = camerasIn(site.health).filter((camera) => camera.source === source);
  const shown = watching.filter(({ status }) => !hidden.includes(status));
  if (watching.length > 0 && shown.length === 0) return undefined;
  const picture = site.previews.watch(id);
  if (watching.length === 0 || picture === undefined || picture === 'unknown') return picture;
  // What was seen before may show what is masked by now, or was paused.
  return shown.some(({ since }) => picture.capturedAt >= since) ? picture : undefined;
}

/** Cameras that are not connected, each in words. */
export function silentCameras({ health }: Pick<Shown, 'health'>, only?: string): string[] {
  return camerasIn(health)
    .filter(({ source, status }) => status !== 'connected' && (only === undefined || source === only))
    .map(({ source, detail }) => `${source}: ${detail}`);
}

function camerasIn({ sources }: Shown['health']): SourceHealth[] {
  return sources.filter(({ type }) => type === 'camera');
}

function placeOf({ siteName, area, source }: CameraSummary): string {
  return [siteName, area, source].join('\n');
}
