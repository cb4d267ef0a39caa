import type { IncomingMessage } from 'node:http';

/** What a browser says of a request by the page itself, or typed in by a person. */
const ownPages: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

/**
 * Whether a request comes from a page of another origin. A browser sends the login of this site along with those, too, so
 * nothing may be changed by them. `Sec-Fetch-Site` is the browser's own word and no page can set it; a browser that has
 * none sends an `Origin`, which must be where it asks. Programs send neither, and no login that is not theirs.
 */
export function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return !ownPages.has(site);
  const { origin, host } = headers;
  return origin !== undefined && hostOf(origin) !== host?.toLowerCase();
}

/** Host and port of an origin; undefined for `null` and for anything that is no origin of a page. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
