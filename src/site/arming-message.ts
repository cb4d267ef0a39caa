import type { Arming } from '../contracts/arming.ts';
import type { ArmingChange } from '../contracts/messages.ts';
import { armingModes } from '../contracts/modes.ts';

/** The mode of a site as a message: for the time line, and for flows. */
export function armingMessage(site: { id: string; arming: { now: Arming } }): ArmingChange {
  const { at, ...arming } = site.arming.now;
  return { v: 1, kind: 'arming', site: site.id, area: '', source: 'site', capturedAt: at, ...arming };
}

/** What a status line says of a site where nothing happens: a text of the locale. */
export function armingStatus({ how, mode, counting }: Arming): { key: string; params: { mode: string } } {
  const params = { mode };
  if (mode !== counting) return { key: 'leaving', params };
  if (how === 'unset') return { key: 'quiet', params };
  return { key: (armingModes as readonly string[]).includes(mode) ? `mode.${mode}` : 'mode.other', params };
}
