import type { DashboardSetup } from '../incidents/page.ts';
import { createSystem, type System } from './system.ts';

/** As in main.ts: what is shown outlasts the component. */
const systems = window as unknown as { echosightSystems?: Partial<Record<string, System>> };

/** @param build names this build */
export function openPage(setup: DashboardSetup, build: string): System {
  systems.echosightSystems ??= {};
  return (systems.echosightSystems[build] ??= createSystem(setup));
}
