import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { afterDrawing, showDetail } from '../../browser.ts';
import type { IncidentFeed } from './incident-feed.ts';
import type { ListWindow } from './list-window.ts';
import type { PageState } from '../page-state.ts';

/**
 * From the list to the details and back, and up to what is new.
 * @param follow tells that another incident is shown
 */
export function createWalking(state: PageState, feed: IncidentFeed, list: ListWindow, follow: () => void) {
  let scrolled = 0;

  function showHeld(): void {
    state.held = [];
    feed.refresh();
  }

  /** Shows an incident in detail. */
  function show(incident: IncidentSummary): void {
    state.chosen = incident;
    state.reviewFailure = '';
    state.isNoting = false;
    Object.assign(state, { exportWords: '', exportFailure: '' });
    follow();
  }

  return {
    show,
    choose(incident: IncidentSummary): void {
      scrolled = window.scrollY;
      show(incident);
      state.isOpen = true;
      afterDrawing(showDetail);
    },
    /** Back in the list where one left it. */
    back(): void {
      const id = state.chosen?.id;
      if (!state.isOpen || id === undefined) return;
      state.isOpen = false;
      afterDrawing(() => {
        window.scrollTo({ top: scrolled });
        list.reveal(id);
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
