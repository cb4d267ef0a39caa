import { errorNames } from '../../contracts/errors.ts';
import type { Site } from '../../site/site.ts';
import type { SoundSite } from './sound-site.ts';

const known = new WeakMap<Site, SoundSite>();

/** The Sites as the sound routes see them. */
export function soundSites(sites: readonly Site[]): SoundSite[] {
  return sites.map((site) => {
    const seen = known.get(site) ?? soundSite(site);
    known.set(site, seen);
    return seen;
  });
}

function soundSite(site: Site): SoundSite {
  const { desk, heads, training } = site.sound;
  return {
    get id() {
      return site.id;
    },
    get clips() {
      return desk.clips;
    },
    predict: (file, wishes) => desk.predict(file, wishes),
    model: () => {
      const { model, decision, trained } = desk.judge;
      const { isOpen, fault } = desk.state;
      const head = trained ? heads.running : undefined;
      const own = head?.model === model ? head.thresholds : {};
      return {
        ...{ model, loaded: isOpen, usable: fault === undefined },
        ...(fault === undefined ? {} : { reason: errorNames[fault.name] }),
        classes: Object.keys({ ...decision.thresholds, ...own }),
      };
    },
    training,
  };
}
