import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { rowAt, rowOf, rowsOf, type ListRows } from './list-rows.ts';
import type { PageState } from '../page-state.ts';

/** Before anything was drawn. */
const guessed = { day: 36, card: 140 };
/** Rows drawn above and below what is in sight, so that a quick finger does not come to nothing. */
const beyond = 8;
/** The range that is drawn moves in such steps: the page is not drawn anew for each row. */
const step = 4;
/** So many rows before the end, the next page is asked for. */
const early = 20;
/** A list that grew so long by itself goes on only when somebody asks. */
const mostByItself = 5000;
/** After a page that did not come. */
const patienceMs = 10_000;

export type ListWindow = ReturnType<typeof createListWindow>;

/**
 * Draws of the list only what is in sight: thousands of incidents cost no more than those on the screen. All cards are of one
 * height, which is measured.
 * @param loadOlder brings the next page; false when it did not come
 */
export function createListWindow(state: PageState, loadOlder: () => Promise<boolean>) {
  let heights = guessed;
  let built: ListRows = { rows: [], height: 0 };
  let drawn = '';
  let askAgainAt = 0;
  /** The card that has the keyboard: it is not taken away, wherever one scrolls. */
  let held: string | undefined;

  /** What is in sight, from the top of the list; undefined where it is not shown at all. */
  function sight(): { from: number; to: number } | undefined {
    const list = document.querySelector<HTMLElement>('.es-rows');
    if (list === null) return { from: 0, to: window.innerHeight };
    if (!list.checkVisibility()) return undefined;
    const { top } = list.getBoundingClientRect();
    return { from: -top, to: window.innerHeight - top };
  }

  function draw(): void {
    const seen = sight();
    if (seen === undefined && drawn !== '') return;
    const { rows } = built;
    const first = Math.max(0, rowAt(rows, seen?.from ?? 0) - beyond);
    const last = Math.min(rows.length, rowAt(rows, seen?.to ?? 0) + beyond + 1);
    const [from, to] = [Math.floor(first / step) * step, Math.ceil(last / step) * step];
    const kept = [held, state.chosen?.id]
      .map((id) => rowOf(rows, id))
      .filter((n, at, all) => n >= 0 && (n < from || n >= to) && all.indexOf(n) === at);
    const range = `${from} ${to} ${kept.join(' ')}`;
    if (range !== drawn) {
      drawn = range;
      const shown = [...rows.slice(from, to), ...kept.flatMap((n) => rows[n] ?? [])];
      // Frozen, Vue watches none of them: only the whole changes.
      state.rows = Object.freeze(shown.sort((one, other) => one.top - other.top));
    }
    if (last + early >= rows.length) ask();
  }

  function ask(): void {
    if (state.next === undefined || state.isLoadingOlder || state.phase !== 'ready') return;
    if (built.rows.length > mostByItself || Date.now() < askAgainAt) return;
    void loadOlder().then((came) => {
      askAgainAt = came ? 0 : Date.now() + patienceMs;
    });
  }

  /** Lays the rows anew. Who reads further down keeps what they read under their eyes. */
  function renew(): void {
    const seen = state.isAtTop ? undefined : sight();
    const anchor = seen && built.rows.slice(rowAt(built.rows, seen.from)).find(({ kind }) => kind === 'card');
    built = rowsOf(state.incidents, heights);
    state.listHeight = built.height;
    drawn = '';
    draw();
    const now = anchor && built.rows[rowOf(built.rows, anchor.key)];
    const moved = now === undefined || anchor === undefined ? 0 : now.top - anchor.top;
    requestAnimationFrame(() => {
      if (moved !== 0) window.scrollBy(0, moved);
      measure();
      draw();
    });
  }

  /** Cards grow with the letters that somebody chose. */
  function measure(): void {
    const tall = (selector: string, otherwise: number): number => {
      const height = document.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0;
      return height === 0 ? otherwise : height;
    };
    const now = { day: tall('.es-row-day', heights.day), card: tall('.es-row-card', heights.card) };
    if (now.day === heights.day && now.card === heights.card) return;
    heights = now;
    renew();
  }

  /** Draws an incident and brings it into sight. */
  function reveal(id: string): void {
    held = id;
    drawn = '';
    draw();
    requestAnimationFrame(() => {
      const card = document.querySelector<HTMLElement>(`.es-card[data-incident="${CSS.escape(id)}"]`);
      card?.scrollIntoView({ block: 'nearest' });
      card?.focus({ preventScroll: true });
    });
  }

  return {
    ...{ draw, renew, measure, reveal },
    /** How many incidents one has to know for the list to reach as far down as it is read. */
    reach: (): number => (state.isAtTop ? 0 : rowAt(built.rows, sight()?.to ?? 0) + beyond),
    /** @param by such as 1, the next one; Infinity: the last one */
    step(by: number): IncidentSummary | undefined {
      const { incidents } = state;
      const at = incidents.findIndex(({ id }) => id === (held ?? state.chosen?.id));
      const to = at === -1 && Number.isFinite(by) ? 0 : Math.min(incidents.length - 1, Math.max(0, at + by));
      return incidents[to];
    },
    /** What the templates call: a card has got the keyboard. */
    actions: {
      holdCard(id: string | undefined): void {
        held = id;
      },
    },
  };
}
