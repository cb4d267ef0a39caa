import { ApiFailure } from '../api-client.ts';
import { watchScroll, watchTop } from '../browser.ts';
import type { LiveLink } from './live-link.ts';

const tickMs = 10_000;
const beatMs = 500;
/** Dashboard builds the component anew whenever it gets its settings again; what is shown must outlast that. */
const keepMs = 5_000;

/** What goes on while the page is shown. */
export interface PageWork {
  link: LiveLink;
  /** Once, when it begins. */
  begin: () => void;
  /** Every ten seconds. */
  tick: () => void;
  /** Twice a second. */
  beat: () => void;
  setAtTop: (isAtTop: boolean) => void;
  scrolled: () => void;
  resized: () => void;
}

/** Begins the work of the page when it is shown, and ends it a little after it went. */
export function pageLife({ link, begin, tick, beat, setAtTop, scrolled, resized }: PageWork) {
  let stopLater: ReturnType<typeof setTimeout> | undefined;
  let ticking: ReturnType<typeof setInterval> | undefined;
  let beating: ReturnType<typeof setInterval> | undefined;
  let unwatch = (): void => undefined;

  const online = (): void => {
    link.retryNow();
    beat();
  };
  const offline = (): void => {
    link.drop(new ApiFailure('unreachable', 'offline'));
  };

  return {
    attach(element: Element): void {
      clearTimeout(stopLater);
      unwatch();
      const ends = [watchTop(element, setAtTop), watchScroll(element, { scrolled, resized })];
      unwatch = () => {
        for (const end of ends) end();
      };
      if (ticking !== undefined) return;
      ticking = setInterval(tick, tickMs);
      beating = setInterval(beat, beatMs);
      window.addEventListener('online', online);
      window.addEventListener('offline', offline);
      document.addEventListener('visibilitychange', online);
      link.start();
      beat();
      begin();
    },
    detach(): void {
      unwatch();
      stopLater = setTimeout(() => {
        clearInterval(ticking);
        clearInterval(beating);
        ticking = undefined;
        window.removeEventListener('online', online);
        window.removeEventListener('offline', offline);
        document.removeEventListener('visibilitychange', online);
        link.stop();
      }, keepMs);
    },
  };
}
