import type { ApiClient, Tab } from './api-client.ts';
import type { TilePorts } from './incidents/now/camera-tiles.ts';
import type { CardPorts } from './incidents/now/microphone-cards.ts';
import { filterIn, keptAs, noFilter, type ListFilter } from './list-filter.ts';
import type { LivePorts } from './incidents/live-link.ts';

/** Dashboard puts its Vue on the window. */
export function vue(): { reactive: <T extends object>(state: T) => T } {
  return (window as unknown as { Vue: ReturnType<typeof vue> }).Vue;
}

export const tab: Tab = {
  cookies: () => document.cookie,
  logIn: (page) => {
    const { pathname, search, hash } = window.location;
    window.location.assign(`${page}?next=${encodeURIComponent(pathname + search + hash)}`);
  },
};

/** The live link in a browser. */
export function browserPorts(api: ApiClient): LivePorts {
  return {
    ticket: () => api.ticket(),
    connect: (query, events) => {
      const { protocol, host } = window.location;
      const path = api.livePath(new URLSearchParams({ ...query }));
      const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}`);
      socket.onmessage = ({ data }) => {
        events.message(String(data));
      };
      socket.onclose = ({ code }) => {
        events.closed(code);
      };
      return () => {
        socket.close();
      };
    },
    check: () => api.list({ ...noFilter, minimumSeverity: 3 }, undefined, 1),
    wait: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    random: Math.random,
  };
}

/** @param enlarged id of the camera that covers the others, if one does */
export function tilePorts(api: ApiClient, enlarged: () => string | undefined): TilePorts {
  return {
    cameras: () => api.cameras(),
    picture: (id, tag) => api.picture(id, tag),
    address: (picture) => URL.createObjectURL(picture),
    // Not at once: the img that shows it is drawn anew a moment later.
    forget: (address) => {
      setTimeout(() => {
        URL.revokeObjectURL(address);
      }, 5000);
    },
    isInSight: (tile) => {
      if (document.hidden) return false;
      if (tile === undefined || tile === enlarged()) return true;
      return enlarged() === undefined && isOnScreen(`.es-tile[data-camera="${CSS.escape(tile)}"]`);
    },
    now: Date.now,
  };
}

/** @param covered whether something covers the cards */
export function cardPorts(api: ApiClient, covered: () => boolean): CardPorts {
  return {
    microphones: () => api.microphones(),
    isInSight: (none) => !document.hidden && !covered() && (none || isOnScreen('.es-cameras')),
    now: Date.now,
  };
}

function isOnScreen(selector: string): boolean {
  const place = document.querySelector(selector)?.getBoundingClientRect();
  if (place === undefined || place.width === 0) return false;
  return place.bottom > 0 && place.right > 0 && place.top < window.innerHeight && place.left < window.innerWidth;
}

const storageKey = 'echosight-incidents-filter';

/** The filter that was chosen last in this browser. */
export function keptFilter(): ListFilter {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    // Words and times are for one look; tomorrow nobody remembers why the list is short.
    return { ...keptAs(kept ?? {}), text: '', span: '' };
  } catch {
    // A browser may refuse to keep anything; the page works without.
    return noFilter;
  }
}

export function keepFilter(filter: ListFilter): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(filterIn(filter)));
  } catch {
    // As above.
  }
}

/** Has the browser fetch a file and save it; the page stays, whatever comes of it. */
export function download(address: string, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Runs when Vue has drawn what changed. */
export function afterDrawing(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run));
}

/** Where the details took the place of the list, they begin at their top and a screen reader hears their title. */
export function showDetail(): void {
  if (isShown('.es-list')) return;
  window.scrollTo({ top: 0 });
  document.querySelector<HTMLElement>('.es-detail h2')?.focus({ preventScroll: true });
}

/** Tells when one scrolls, or the list got another width. @returns what ends it */
export function watchScroll(page: Element, tell: { scrolled: () => void; resized: () => void }): () => void {
  let asked = false;
  const scrolled = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      tell.scrolled();
    });
  };
  const sizes = new ResizeObserver(() => {
    requestAnimationFrame(tell.resized);
  });
  window.addEventListener('scroll', scrolled, { passive: true });
  window.addEventListener('resize', scrolled);
  sizes.observe(page);
  return () => {
    window.removeEventListener('scroll', scrolled);
    window.removeEventListener('resize', scrolled);
    sizes.disconnect();
  };
}

/** Tells whether the head of the page is in sight, below the bar of Dashboard. @returns what ends it */
export function watchTop(page: Element, tell: (isAtTop: boolean) => void): () => void {
  const watcher = new IntersectionObserver(
    (entries) => {
      tell(entries.at(-1)?.isIntersecting === true);
    },
    { rootMargin: '-60px 0px 0px 0px' },
  );
  watcher.observe(page.querySelector('.es-bar') ?? page);
  return () => {
    watcher.disconnect();
  };
}

/** Whether a part of the page takes any room. */
export function isShown(selector: string): boolean {
  return document.querySelector(selector)?.checkVisibility() ?? false;
}
