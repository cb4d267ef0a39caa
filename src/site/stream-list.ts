import { maySee, maySeeSite, type Scope } from '../contracts/access.ts';
import type { SourceHealth } from '../contracts/health.ts';
import type { Stream } from '../contracts/streams.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { addressLost } from '../streams/stream-store.ts';
import type { Site } from './site.ts';

type Shown = Pick<Site, 'id' | 'name' | 'health' | 'streams'> & { streamChanges: { readonly isHeard: boolean } };

/** The streams of these Sites: those of the store, and the cameras of their flows. */
export async function streamsOf(sites: readonly Shown[], scope: Scope): Promise<Stream[]> {
  const theirs = sites.filter(({ id }) => maySeeSite(scope, id));
  const lists = await Promise.all(theirs.map((site) => streamsOfSite(site)));
  const seen = lists.flat().filter(({ site, id }) => maySee(scope, site, id));
  return seen.sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}

/** A stream of the store as it stands now. */
export function streamOf({ id, name, ...site }: Omit<Shown, 'streams'>, stored: StoredStream): Stream {
  const told = camerasIn(site, true).filter(({ source }) => source === stored.source);
  // What is stopped may need a moment to end.
  const running = stored.enabled ? (told.find(({ status }) => status === 'connected') ?? told[0]) : undefined;
  const state = running ?? resting(stored, site.streamChanges.isHeard);
  const { source, area, shown, type, enabled, settings, createdAt, updatedAt } = stored;
  const lost = addressLost(source);
  return {
    ...{ id: source, name: stored.name, site: id, site_name: name, location: area, read_only: false },
    ...{ url: shown, stream_type: type, auto_start: enabled, status: state.status, detail: state.detail },
    ...(state.since === undefined ? {} : { since: iso(state.since) }),
    ...(stored.isLost ? { fault: { code: lost.code, message: [lost.message, lost.hint].join(' ') } } : {}),
    ...{ settings, created_at: iso(createdAt), updated_at: iso(updatedAt) },
  };
}

/** Whether a camera that runs in a flow of the Site has this name. */
export function isWired({ health }: Pick<Shown, 'health'>, source: string): boolean {
  return camerasIn({ health }, false).some((camera) => camera.source === source);
}

async function streamsOfSite(site: Shown): Promise<Stream[]> {
  const stored = await site.streams.list();
  const names = new Set(stored.map(({ source }) => source));
  const wired = new Map<string, SourceHealth>();
  for (const camera of camerasIn(site, false)) {
    // Two nodes may watch one camera: that it is connected counts more.
    if (!wired.has(camera.source) || camera.status === 'connected') wired.set(camera.source, camera);
  }
  const ofFlow = [...wired.values()].filter(({ source }) => !names.has(source));
  return [...stored.map((stream) => streamOf(site, stream)), ...ofFlow.map((camera) => wiredStream(site, camera))];
}

function wiredStream({ id, name }: Shown, { source, area, status, detail, since }: SourceHealth): Stream {
  return {
    ...{ id: source, name: source, site: id, site_name: name, location: area, read_only: true },
    ...{ auto_start: true, status, detail, since: iso(since) },
  };
}

/** Of a stream that nothing runs. */
function resting(
  { enabled }: StoredStream,
  isWatched: boolean,
): Pick<Stream, 'status' | 'detail'> & { since?: number } {
  if (!enabled) return { status: 'stopped', detail: 'Stopped.' };
  if (isWatched) return { status: 'idle', detail: 'Begins now.' };
  return { status: 'idle', detail: 'Waits for an rtsp-in that is set to the streams of the store.' };
}

function camerasIn({ health }: Pick<Shown, 'health'>, ofStore: boolean): SourceHealth[] {
  return health.sources.filter(({ type, stored = false }) => type === 'camera' && stored === ofStore);
}

function placeOf({ site_name, site, name, id }: Stream): string {
  return [site_name, site, name, id].join('\n');
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
