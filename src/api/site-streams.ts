import { watchStreams } from '../site/registry.ts';
import type { Change } from './live/incident-feed.ts';

/** Tells of every change of the status of a camera or microphone of any Site. */
export function watchSiteStreams(listener: (change: Change) => void): () => void {
  return watchStreams((site, { source, area, type, status, detail, since }) => {
    const stream = { site: site.id, siteName: site.name, source, area, kind: type, status, detail, at: since };
    listener({
      key: `stream ${site.folder}\n${source}\n${type}`,
      load: () => Promise.resolve({ type: 'stream', stream }),
    });
  });
}
