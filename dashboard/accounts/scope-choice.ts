import type { CameraSummary } from '../../src/contracts/cameras.ts';
import type { MicrophoneSummary } from '../../src/contracts/listening.ts';
import type { SiteArming } from '../../src/contracts/arming.ts';

/** What one may see, as somebody chooses it: everything, or of these keys (`<site>`, `<site>/<source>`). */
export interface ScopeChoice {
  isAll: boolean;
  keys: string[];
}

export interface ScopeOption {
  key: string;
  text: string;
  isSite: boolean;
}

export const everything: ScopeChoice = { isAll: true, keys: [] };

export function choiceOf(sources: readonly string[] | undefined): ScopeChoice {
  return sources === undefined ? { ...everything, keys: [] } : { isAll: false, keys: [...sources] };
}

export function sourcesOf({ isAll, keys }: ScopeChoice): string[] | undefined {
  return isAll ? undefined : [...keys];
}

/** What can be chosen: each site, what stands in it, and what was chosen before and is not there at present. */
export function scopeOptions(
  sites: readonly Pick<SiteArming, 'site' | 'siteName'>[],
  places: readonly Pick<CameraSummary | MicrophoneSummary, 'site' | 'siteName' | 'source' | 'area'>[],
  chosen: readonly string[],
  wholeSite: (site: string) => string,
): ScopeOption[] {
  const names = new Map([...sites, ...places].map(({ site, siteName }) => [site, siteName]));
  const options = new Map<string, ScopeOption>();
  for (const [site, name] of names) {
    options.set(site, { key: site, text: wholeSite(name), isSite: true });
    for (const { source, area } of places.filter((place) => place.site === site)) {
      const key = `${site}/${source}`;
      options.set(key, { key, text: `${source} · ${area}`, isSite: false });
    }
  }
  for (const key of chosen) {
    if (!options.has(key)) options.set(key, { key, text: key, isSite: !key.includes('/') });
  }
  return [...options.values()];
}
