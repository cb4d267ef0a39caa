import { maySee, type Scope } from '../contracts/access.ts';
import type { ListeningAnswer, MicrophoneSummary } from '../contracts/listening.ts';
import { sourceKey } from '../contracts/source-key.ts';
import { openSites } from './registry.ts';
import type { Site } from './site.ts';
import type { SiteSound } from './site-sound.ts';

interface Ears {
  sound: Pick<SiteSound, 'listening'>;
}
type Heard = Pick<Site, 'id' | 'name' | 'health'> & Ears;

/**
 * What the running nodes hear, for the editor.
 * @param query `id` of a node; without it, all.
 */
export function listeningNow(query: URLSearchParams, sites: readonly Ears[] = openSites()): ListeningAnswer {
  const id = query.get('id');
  const nodes = sites.flatMap(({ sound }) => sound.listening.all).filter(({ node }) => id === null || node === id);
  return {
    nodes: nodes.map(({ node, model, fault, runs, sources }) => {
      const sorted = sources.toSorted((one, other) => one.source.localeCompare(other.source));
      const state = { ...(fault === undefined ? {} : { fault }), ...(runs === undefined ? {} : { runs }) };
      return { id: node, model, ...state, sources: sorted };
    }),
  };
}

/** @param query `id` of a node; `source` and `site`: only that one. @returns whether there is such a node. */
export function resetListening(query: URLSearchParams, sites: readonly Ears[] = openSites()): { reset: boolean } {
  const id = query.get('id') ?? '';
  const of = { site: query.get('site') ?? undefined, source: query.get('source') ?? undefined };
  return { reset: sites.map(({ sound }) => sound.listening.reset(id, of)).includes(true) };
}

/** A microphone is gone: nobody is shown what was heard of it, and what comes later under its name is another stream. */
export function forgetListening(source: { site: string; source: string }, sites: readonly Ears[] = openSites()): void {
  for (const { sound } of sites) sound.listening.forget(source);
}

/**
 * The microphones of these Sites, and the cameras whose sound is listened to; one that is offline is in it, too.
 * @param scope what may be heard of them.
 */
export function microphonesOf(sites: readonly Heard[], scope: Scope = {}): MicrophoneSummary[] {
  const microphones = new Map<string, MicrophoneSummary>();
  const names = new Map(sites.map(({ id, name }) => [id, name]));
  const known = sites.flatMap(({ id, health }) => health.sources.map((source) => ({ ...source, site: id })));
  const heard = sites.flatMap(({ sound }) => sound.listening.all.flatMap(({ sources }) => sources));
  const isHeard = new Set(heard.map(sourceKey));
  for (const stream of known) {
    const key = sourceKey(stream);
    if (stream.type === 'camera' && !isHeard.has(key)) continue;
    const { site, source, area, status, detail, since } = stream;
    if (microphones.has(key) && status !== 'connected') continue;
    microphones.set(key, {
      site,
      siteName: names.get(site) ?? site,
      area,
      source,
      status,
      detail,
      since,
      listeners: [],
    });
  }
  for (const { site, source, area, ...listener } of heard) {
    const key = sourceKey({ site, source });
    const microphone = microphones.get(key) ?? { site, siteName: names.get(site) ?? site, area, source, listeners: [] };
    microphone.listeners.push(listener);
    microphones.set(key, microphone);
  }
  const heardOf = [...microphones.values()].filter(({ site, source }) => maySee(scope, site, source));
  return heardOf.sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}

function placeOf({ siteName, site, area, source }: MicrophoneSummary): string {
  return [siteName, site, area, source].join('\n');
}
