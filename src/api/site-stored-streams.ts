import { maySee, type Scope } from '../contracts/access.ts';
import type { Stream } from '../contracts/streams.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { isWired, streamOf, streamsOf } from '../site/stream-list.ts';
import type { Site } from '../site/site.ts';
import type { StreamSite } from './stream-answers.ts';

/** The streams of the open Sites as their routes see them, as far as somebody may. */
export function siteStoredStreams(sites: () => readonly Site[]) {
  return {
    streams: (scope: Scope) => streamsOf(sites(), scope),
    streamSites: (scope: Scope): StreamSite[] => {
      const whole = sites().filter(({ id }) => scope.sources?.includes(id) !== false);
      return whole.map((site) => streamSite(site));
    },
    streamSite: (id: string, source: string, scope: Scope): StreamSite | undefined => {
      const site = sites().find((one) => one.id === id && maySee(scope, one.id, source));
      return site && streamSite(site);
    },
  };
}

function streamSite(site: Site): StreamSite {
  const told = (stored: StoredStream | undefined): Stream | undefined => stored && streamOf(site, stored);
  return {
    id: site.id,
    find: async (source) => told(await site.streams.find(source)),
    add: async (request) => streamOf(site, await site.streams.add(request, (source) => isWired(site, source))),
    change: async (source, change) => told(await site.streams.change(source, change)),
    setEnabled: async (source, enabled) => told(await site.streams.setEnabled(source, enabled)),
    remove: (source) => site.streams.remove(source),
  };
}
