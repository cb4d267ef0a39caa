import type { PageVoice } from './page-voice.ts';

/** What a page says of itself while it has nothing else to show. */
export interface PageState {
  phase: 'loading' | 'ready' | 'failed';
  failure: string;
}

export interface Framed {
  /** What is said when it cannot be loaded. */
  failed: string;
  voice: Pick<PageVoice, 'say'>;
  load: () => Promise<unknown>;
  /** Whether there is nothing to show yet; while its phase is "loading" when absent. */
  isBlank?: () => boolean;
  /** Every so many milliseconds, while the page is in sight, it is loaded anew. */
  refreshMs: number;
  /** What is done then instead. */
  refresh?: () => void;
  /** What else is loaded when it begins. */
  begin?: () => void;
}

/** What every page beside that of the incidents does: shows that it waits or failed (page-states.vue), and looks again by itself. */
export function pageFrame(state: PageState, page: Framed) {
  const { failed, voice, load, refreshMs } = page;
  const refresh = page.refresh ?? (() => void load());
  let refreshing: ReturnType<typeof setInterval> | undefined;
  return {
    frame: { failed, tryAgain: voice.say('tryAgain'), loading: voice.say('loading') },
    isBlank: page.isBlank ?? (() => state.phase === 'loading'),
    tryAgain(): void {
      state.phase = 'loading';
      void load();
    },
    attach(): void {
      clearInterval(refreshing);
      refreshing = setInterval(() => {
        if (!document.hidden) refresh();
      }, refreshMs);
      void load();
      page.begin?.();
    },
    detach(): void {
      clearInterval(refreshing);
    },
  };
}
