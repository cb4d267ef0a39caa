import { resolve } from 'node:path';
import type { Log } from '../contracts/ports.ts';
import { Site, type SiteOptions } from './site.ts';

/** Node-RED closes and reopens all nodes of a deploy in no order: a Site outlives its last node by this long. */
const graceMs = 10_000;

export interface SiteLease {
  readonly site: Site;
  /** Gives the Site back; calling it again does nothing. */
  release(): void;
}

interface Entry {
  readonly site: Site;
  users: number;
  disposal: NodeJS.Timeout | undefined;
}

/** One Site per data folder and process. */
const sites = new Map<string, Entry>();

/**
 * The Site of a data folder, opened for its first user and closed some seconds after its last one.
 * An implicit request takes whatever Site already has the folder, so that nodes without a site setting join the one of the flow.
 * @throws SentinelError ES_SITE_LOCKED when another process has the folder.
 */
export function acquireSite(options: SiteOptions, log: Log): SiteLease {
  const folder = resolve(options.folder);
  let entry = sites.get(folder);
  if (entry?.users === 0 && !options.implicit && !entry.site.isCalled(options)) {
    retire(folder, entry);
    entry = undefined;
  }
  if (entry === undefined) {
    entry = { site: new Site({ ...options, folder }, log), users: 0, disposal: undefined };
    sites.set(folder, entry);
  }
  return lease(folder, entry);
}

/** Every Site that is open now. */
export function openSites(): Site[] {
  return [...sites.values()].map((entry) => entry.site);
}

function lease(folder: string, entry: Entry): SiteLease {
  clearTimeout(entry.disposal);
  entry.users += 1;
  let held = true;
  return {
    site: entry.site,
    release: () => {
      if (!held) return;
      held = false;
      entry.users -= 1;
      if (entry.users > 0) return;
      entry.disposal = setTimeout(() => {
        retire(folder, entry);
      }, graceMs);
      entry.disposal.unref();
    },
  };
}

function retire(folder: string, entry: Entry): void {
  clearTimeout(entry.disposal);
  if (sites.get(folder) === entry) sites.delete(folder);
  void entry.site.close();
}
