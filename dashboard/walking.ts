import type { IncidentSummary } from '../src/contracts/api.ts';
import { afterDrawing, showDetail, showList } from './browser.ts';
import type { IncidentFeed } from './incident-feed.ts';
import type { PageState } from './page-state.ts';

/** From the list to the details and back, and up to what is new. */
export function createWalking(state: PageState, feed: IncidentFeed) {
  let scrolled = 0;

  function showHeld(): void {
    state.held = [];
    feed.refresh();
  }

  return {
    choose(incident: IncidentSummary): void {
      scrolled = window.scrollY;
      state.chosen = incident;
      state.isOpen = true;
      state.reviewFailure = '';
      state.isNoting = false;
      afterDrawing(showDetail);
    },
    back(): void {
      state.isOpen = false;
      const id = state.chosen?.id;
      afterDrawing(() => {
        showList(id, scrolled);
      });
    },
    toTop(): void {
      showHeld();
      afterDrawing(() => {
        window.scrollTo({ top: 0 });
      });
    },
    showHeld,
    setAtTop(isAtTop: boolean): void {
      state.isAtTop = isAtTop;
      if (isAtTop && state.held.length > 0) showHeld();
    },
  };
}
