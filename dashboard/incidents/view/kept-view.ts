import type { AccountView } from '../../../src/contracts/accounts.ts';

const key = 'echosight-view';

/** The view that this browser keeps for who has no account. */
export function keptView(): AccountView {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    // A browser may refuse to keep anything; the page works without.
    return {};
  }
}

/** @throws Error when the browser keeps nothing. @param view undefined: it is forgotten */
export function keepView(view: AccountView | undefined): void {
  if (view === undefined) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(view));
}
