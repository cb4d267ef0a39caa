import { maySee, type Scope } from '../contracts/access.ts';
import type { CameraSummary } from '../contracts/cameras.ts';
import type { SourceHealth } from '../contracts/health.ts';
import { sourceKey } from '../contracts/source-key.ts';
import type { PreviewPicture } from '../vision/preview/previews.ts';
import { openSites } from './registry.ts';
import type { Site } from './site.ts';

type Shown = Pick<Site, 'id' | 'name' | 'health' | 'previews'>;
/** Which camera: sites may have some of the same name. */
interface Camera {
  /** Id of the site. */
  site: string;
  source: string;
}

/** Somebody wants nothing to be seen of these. */
const hidden: readonly unknown[] = ['paused', 'stopped'];

/**
 * The cameras of these Sites, with what detectors of any of them see; one that is offline is in it, too.
 * @param scope what may be seen of them.
 */
export function camerasOf(sites: readonly Shown[], scope: Scope = {}): CameraSummary[] {
  const cameras = new Map<string, CameraSummary>();
  const names = new Map(sites.map(({ id, name }) => [id, name]));
  for (const { site, source, area, status, detail, since } of camerasIn(sites)) {
    const key = sourceKey({ site, source });
    // Two nodes may watch one camera: that it is connected counts more.
    if (cameras.has(key) && status !== 'connected') continue;
    cameras.set(key, { site, siteName: names.get(site) ?? site, area, source, status, detail, since, previews: [] });
  }
  for (const { id, site, source, area, model, rate, capturedAt, fault } of previewsIn(sites)) {
    const key = sourceKey({ site, source });
    const camera = cameras.get(key) ?? { site, siteName: names.get(site) ?? site, area, source, previews: [] };
    camera.previews.push({ id, model, rate, capturedAt, detects: fault === undefined });
    cameras.set(key, camera);
  }
  const seen = [...cameras.values()].filter(({ site, source }) => maySee(scope, site, source));
  return seen.sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}

/**
 * The live picture of an id, from now on made for whoever asks. The camera may belong to another of these Sites than the
 * detector that sees it.
 * @returns undefined while there is none; `unknown` when no source has this id.
 */
export function livePicture(
  sites: readonly Shown[],
  id: string,
  scope: Scope = {},
): PreviewPicture | undefined | 'unknown' {
  const preview = previewsIn(sites).find((one) => one.id === id);
  if (preview === undefined || !maySee(scope, preview.site, preview.source)) return 'unknown';
  const watching = camerasIn(sites).filter((camera) => sourceKey(camera) === sourceKey(preview));
  const shown = watching.filter(({ status }) => !hidden.includes(status));
  if (watching.length > 0 && shown.length === 0) return undefined;
  const picture = preview.board.watch(id);
  if (watching.length === 0 || picture === undefined || picture === 'unknown') return picture;
  // What was seen before may show what is masked by now, or was paused.
  return shown.some(({ since }) => picture.capturedAt >= since) ? picture : undefined;
}

/** Cameras that are not connected, each in words. */
export function silentCameras(sites: readonly Shown[], only?: Camera): string[] {
  return camerasIn(sites)
    .filter((camera) => camera.status !== 'connected' && (only === undefined || sourceKey(camera) === sourceKey(only)))
    .map(({ source, detail }) => `${source}: ${detail}`);
}

/** A camera is gone: nobody is shown what any detector saw of it. */
export function forgetPictures(camera: Camera, sites: readonly Pick<Site, 'previews'>[] = openSites()): void {
  for (const { previews } of sites) previews.forget(camera);
}

function camerasIn(sites: readonly Shown[]): (SourceHealth & Camera)[] {
  return sites.flatMap(({ id, health }) =>
    health.sources.flatMap((source) => (source.type === 'camera' ? [{ ...source, site: id }] : [])),
  );
}

function previewsIn(sites: readonly Shown[]) {
  return sites.flatMap(({ previews: board }) => board.all.map((preview) => ({ ...preview, board })));
}

function placeOf({ siteName, site, area, source }: CameraSummary): string {
  return [siteName, site, area, source].join('\n');
}
