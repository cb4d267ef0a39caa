import { createPage, type DashboardSetup, type Page } from './page.ts';

/** What is shown outlasts the component: Dashboard builds it anew when it connects again or a flow is deployed. */
const pages = window as unknown as { echosightPages?: Partial<Record<string, Page>> };

/** @param build names this build: after an update of the flow the page starts afresh */
export function openPage(setup: DashboardSetup, build: string): Page {
  pages.echosightPages ??= {};
  return (pages.echosightPages[build] ??= createPage(setup));
}
