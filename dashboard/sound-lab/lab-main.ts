import { createLab, type Lab } from './sound-lab.ts';
import type { DashboardSetup } from '../incidents/page.ts';

/** As in main.ts: what is shown outlasts the component. */
const labs = window as unknown as { echosightLabs?: Partial<Record<string, Lab>> };

/** @param build names this build */
export function openPage(setup: DashboardSetup, build: string): Lab {
  labs.echosightLabs ??= {};
  return (labs.echosightLabs[build] ??= createLab(setup));
}
