import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  const { sound } = site;
  let folder: Promise<string> | undefined;
  return {
    get id() {
      return site.id;
    },
    get clips() {
      return sound.clips;
    },
    predict: (file, wishes) => sound.predict(file, wishes),
    model: () => {
      const { model, thresholds } = sound.judge;
      const fault = sound.fault();
      const usable = fault === undefined;
      return {
        ...{
          model,
          loaded: site.hasClassifier(model),
          usable,
          ...(usable ? {} : { reason: errorNames[fault.name] }),
        },
        classes: Object.keys({ ...thresholds, ...site.heads.running?.thresholds }),
      };
    },
    training: site.training,
    uploads: () => {
      folder ??= emptyFolder(join(site.folder, 'uploads')).catch((error: unknown) => {
        folder = undefined;
        throw error;
      });
      return folder;
    },
  };
}

/** What lies there was left by a process that died: this one has the data folder alone. */
async function emptyFolder(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}
