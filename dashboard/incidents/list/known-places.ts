import type { ApiClient } from '../../api-client.ts';
import type { PageState } from '../page-state.ts';

const staleMs = 5_000;

/** Opens the filters that are folded away, and looks up what they may ask for. */
export function createKnownPlaces(state: PageState, api: ApiClient) {
  let loadedAt = -Infinity;

  /** Without an answer the filters offer what the page has seen. */
  async function load(): Promise<void> {
    if (Date.now() - loadedAt < staleMs) return;
    loadedAt = Date.now();
    try {
      const [sources, areas] = await Promise.all([api.sources(), api.areas()]);
      state.places = Object.freeze({ sources, areas });
    } catch {
      loadedAt = -Infinity;
    }
  }

  return {
    load,
    toggleMore: (): void => {
      state.isMoreOpen = !state.isMoreOpen;
      if (state.isMoreOpen) void load();
    },
  };
}
