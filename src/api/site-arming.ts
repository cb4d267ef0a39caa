import { maySeeSite, type Scope } from '../contracts/access.ts';
import type { SiteArming } from '../contracts/arming.ts';
import type { Site } from '../site/site.ts';
import { watchArming } from '../site/registry.ts';
import type { ArmableSite } from './arming-answers.ts';
import type { Change } from './live/incident-feed.ts';

/** The open Sites as the routes of the mode see them, as far as somebody may. */
export function armableSites(sites: readonly Site[], scope: Scope): ArmableSite[] {
  const theirs = sites.filter(({ id }) => maySeeSite(scope, id));
  return theirs.map((site) => ({
    id: site.id,
    arming: async () => {
      await site.arming.ready();
      return armingOf(site);
    },
    arm: async (request, by) => {
      await site.arming.set(request, { by: by.name, how: 'api' });
      return armingOf(site);
    },
  }));
}

/** Tells of every change of the mode of any Site. */
export function watchSiteArming(listener: (change: Change) => void): () => void {
  return watchArming((site) => {
    listener({
      key: `arming ${site.folder}`,
      load: () => Promise.resolve({ type: 'arming', arming: armingOf(site) }),
    });
  });
}

function armingOf({ id, name, arming }: Site): SiteArming {
  return { ...arming.now, site: id, siteName: name, kept: arming.kept };
}
