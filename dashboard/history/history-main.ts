import { createHistory, type History } from './history.ts';
import type { DashboardSetup } from '../incidents/page.ts';

/** As in main.ts: what is shown outlasts the component. */
const histories = window as unknown as { echosightHistories?: Partial<Record<string, History>> };

/** @param build names this build */
export function openPage(setup: DashboardSetup, build: string): History {
  histories.echosightHistories ??= {};
  return (histories.echosightHistories[build] ??= createHistory(setup));
}
