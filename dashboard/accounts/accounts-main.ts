import { createAccounts, type Accounts } from './accounts.ts';
import type { DashboardSetup } from '../incidents/page.ts';

/** As in main.ts: what is shown outlasts the component. */
const pages = window as unknown as { echosightAccounts?: Partial<Record<string, Accounts>> };

/** @param build names this build */
export function openPage(setup: DashboardSetup, build: string): Accounts {
  pages.echosightAccounts ??= {};
  return (pages.echosightAccounts[build] ??= createAccounts(setup));
}
