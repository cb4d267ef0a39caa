import { resolve } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import type { SourceHealth } from '../contracts/health.ts';
import type { Log } from '../contracts/ports.ts';
import { graceMs } from './service-leases.ts';
import { Site, type SiteOptions } from './site.ts';
import { sameKeeping } from './site-keeping.ts';

export interface SiteRequest extends SiteOptions {
  /** Who asks is the sentinel-site node itself, which gives the Site its name; all others take it as it is. */
  names: boolean;
}

export interface SiteLease {
  readonly site: Site;
  /** Gives the Site back; calling it again does nothing. */
  release(): void;
}

interface Entry {
  readonly site: Site;
  users: number;
  /** How many sentinel-site nodes hold it: all of the same name, as when a flow was imported twice. */
  namers: number;
  disposal: NodeJS.Timeout | undefined;
}

/** An incident of a Site whose stored form changed. */
export interface IncidentChange {
  readonly site: Site;
  readonly id: string;
}

/** One Site per data folder and process. */
const sites = new Map<string, Entry>();

/** Who listens to the incidents of all Sites, those included that open later. */
const watchers = new Set<(change: IncidentChange) => void>();
/** Who listens to the modes of all Sites. */
const armingWatchers = new Set<(site: Site) => void>();
/** Who listens to the cameras and microphones of all Sites. */
const streamWatchers = new Set<(site: Site, source: SourceHealth) => void>();

/**
 * The Site of a data folder, opened for its first user and closed some seconds after its last one. Nodes without a site
 * setting so join the one of the flow.
 * @throws SentinelError ES_SITE_LOCKED when another process has the folder, ES_BAD_CONFIG when another sentinel-site has.
 */
export function acquireSite(request: SiteRequest, log: Log): SiteLease {
  const folder = resolve(request.folder);
  const entry = sites.get(folder) ?? open(folder, request, log);
  if (request.names) name(entry, request);
  // The sentinel-site that gave it a name was deleted.
  else if (entry.namers === 0) entry.site.rename(request);
  return lease(folder, entry, request.names);
}

/** Every Site that is open now. */
export function openSites(): Site[] {
  return [...sites.values()].map((entry) => entry.site);
}

/** Tells of every stored change of an incident of any Site. @returns ends it. */
export function watchIncidents(watcher: (change: IncidentChange) => void): () => void {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/** Tells of every change of the mode of any Site. @returns ends it. */
export function watchArming(watcher: (site: Site) => void): () => void {
  armingWatchers.add(watcher);
  return () => {
    armingWatchers.delete(watcher);
  };
}

/** Tells of every change of the status of a camera or microphone of any Site. @returns ends it. */
export function watchStreams(watcher: (site: Site, source: SourceHealth) => void): () => void {
  streamWatchers.add(watcher);
  return () => {
    streamWatchers.delete(watcher);
  };
}

/** As `Latecomers.welcome`, in every Site: a wire may come from another one. */
export function welcomeLatecomer(hearsFrom: number): void {
  for (const { latecomers } of openSites()) latecomers.welcome(hearsFrom);
}

function open(folder: string, { id, name: siteName, publicAddress }: SiteRequest, log: Log): Entry {
  const site = new Site({ id, name: siteName, folder, publicAddress }, log);
  site.changes.add((incidentId) => {
    for (const watch of watchers) watch({ site, id: incidentId });
  });
  site.arming.watchKept(() => {
    for (const watch of armingWatchers) watch(site);
  });
  site.health.changes.add((source) => {
    for (const watch of streamWatchers) watch(site, source);
  });
  const entry = { site, users: 0, namers: 0, disposal: undefined };
  sites.set(folder, entry);
  return entry;
}

function name(entry: Entry, request: SiteRequest): void {
  const { site } = entry;
  const { timeZone = '', exitDelaySeconds = 0, registration = false, localLogin = false } = request;
  const same =
    site.id === request.id &&
    site.name === request.name &&
    site.publicAddress === request.publicAddress &&
    site.timeZone === timeZone &&
    site.arming.exitDelaySeconds === exitDelaySeconds &&
    site.registration === registration &&
    site.localLogin === localLogin &&
    sameKeeping(site.keeping, request.keeping);
  if (entry.namers > 0 && !same) {
    throw new SentinelError('ES_BAD_CONFIG', `The site "${site.name}" already uses this data folder.`, {
      hint: 'Give each sentinel-site a data folder of its own, or use one for all nodes.',
    });
  }
  entry.namers += 1;
  site.rename(request);
}

function lease(folder: string, entry: Entry, naming: boolean): SiteLease {
  clearTimeout(entry.disposal);
  entry.users += 1;
  let held = true;
  return {
    site: entry.site,
    release: () => {
      if (!held) return;
      held = false;
      entry.users -= 1;
      if (naming) entry.namers -= 1;
      if (entry.users > 0) return;
      entry.disposal = setTimeout(() => {
        retire(folder, entry);
      }, graceMs);
      entry.disposal.unref();
    },
  };
}

function retire(folder: string, entry: Entry): void {
  if (sites.get(folder) === entry) sites.delete(folder);
  entry.site.close().catch((error: unknown) => {
    entry.site.log.error(`The site ${entry.site.name} did not close in order: ${String(error)}`);
  });
}
