import type { NodePreviewAnswer } from '../contracts/node-preview.ts';
import type { PreviewSource } from '../vision/preview/previews.ts';
import { livePicture, silentCameras } from './camera-list.ts';
import { openSites } from './registry.ts';
import type { Site } from './site.ts';

/** Frames come several times a second, and a busy detector passes some over. */
const silentAfterMs = 10_000;

/**
 * What a running detectron-infer sees, for its dialog.
 * @param query `id` of the node, `source` to be shown where there are several, `has`: tag of the picture that is shown.
 */
export function nodePreview(
  query: URLSearchParams,
  sites: readonly Pick<Site, 'id' | 'name' | 'health' | 'previews'>[] = openSites(),
): NodePreviewAnswer {
  const id = query.get('id') ?? '';
  const site = sites.find(({ previews }) => previews.of(id) !== undefined);
  const previews = site?.previews.of(id);
  if (site === undefined || previews === undefined) return { state: 'absent', sources: [], streams: [] };
  const { rate, fault } = previews;
  const sources = previews.sources.toSorted((one, other) => one.source.localeCompare(other.source));
  const shown = sources.find(({ source }) => source === query.get('source')) ?? sources[0];
  const known = { sources: sources.map(({ source }) => source), ...(fault === undefined ? {} : { fault }) };
  if (rate === 0) return { state: 'off', ...known, streams: [] };
  if (shown === undefined) return { state: 'waiting', ...known, streams: silentCameras([site]) };
  const { source, capturedAt } = shown;
  const streams = silentCameras(sites, shown);
  return { ...known, source, capturedAt, streams, ...pictureOf(sites, shown, query.get('has')) };
}

function pictureOf(
  sites: Parameters<typeof livePicture>[0],
  { id, silentMs }: PreviewSource,
  has: string | null,
): Pick<NodePreviewAnswer, 'state' | 'picture' | 'tag'> {
  const picture = livePicture(sites, id);
  if (silentMs > silentAfterMs) return { state: 'silent' };
  if (picture === undefined || picture === 'unknown') return { state: 'coming' };
  const { tag, jpeg } = picture;
  return {
    state: 'live',
    tag,
    ...(tag === has ? {} : { picture: `data:image/jpeg;base64,${jpeg.toString('base64')}` }),
  };
}
