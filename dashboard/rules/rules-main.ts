import type { DashboardSetup } from '../incidents/page.ts';
import { createRules, type Rules } from './rules.ts';

/** As in main.ts: what is shown outlasts the component. */
const pages = window as unknown as { echosightRules?: Partial<Record<string, Rules>> };

/** @param build names this build */
export function openPage(setup: DashboardSetup, build: string): Rules {
  pages.echosightRules ??= {};
  return (pages.echosightRules[build] ??= createRules(setup));
}
