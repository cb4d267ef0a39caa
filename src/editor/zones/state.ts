import type { Point, Zone, ZoneKind } from '../../contracts/configs.ts';
import { distance, edgeMiddle, onPicture, shifted } from './geometry.ts';

/** The kinds as they stand in lists (contracts/configs.ts). */
export const kinds: readonly ZoneKind[] = ['zone', 'line', 'ignore', 'privacy'];

/** What the settings take (contracts/configs.ts). */
export const limits = { zones: 32, corners: 64, name: 64 } as const;

/** A line has two ends; what has an inside has three corners. */
export function fewestCorners(kind: ZoneKind): number {
  return kind === 'line' ? 2 : 3;
}
const mostSteps = 100;
/** A second tap on the same spot, as of a double click, is no corner of its own. */
const sameSpot = 0.004;

/** What an element of the drawing stands for: a polygon, a corner of it, or the edge behind a corner. */
export interface Part {
  zone: number;
  corner?: number;
  edge?: number;
}

/** A polygon that is not closed yet. */
export interface Draft {
  kind: ZoneKind;
  points: readonly Point[];
  /** Where the next corner would be. */
  cursor: Point;
}

/** Everything that the editor of the zones shows. */
export interface ZonesState {
  zones: readonly Zone[];
  /** Index of the zone that is being edited. */
  zone: number | undefined;
  /** Index of the corner of it that is being edited. */
  corner: number | undefined;
  draft: Draft | undefined;
  /** What undo goes back to, the newest last. */
  past: readonly (readonly Zone[])[];
  /** Changes with the same word are one step of undo, as the many of one drag. */
  step: string;
}

export type ZonesAction =
  | { do: 'draw'; kind: ZoneKind }
  | { do: 'aim'; at: Point }
  | { do: 'put'; at: Point }
  | { do: 'finish'; name: string }
  | { do: 'cancel' }
  | { do: 'select'; zone?: number; corner?: number }
  | { do: 'moveCorner'; zone: number; corner: number; to: Point }
  | { do: 'split'; zone: number; edge: number }
  | { do: 'dropCorner'; zone: number; corner: number }
  | { do: 'shift'; zone: number; by: Point }
  | { do: 'remove'; zone: number }
  | { do: 'rename'; zone: number; name: string }
  | { do: 'setKind'; zone: number; kind: ZoneKind }
  | { do: 'setWeight'; zone: number; weight: number | undefined }
  | { do: 'undo' };

/** The editor as it opens. */
export function stateOf(zones: readonly Zone[]): ZonesState {
  return { zones, zone: undefined, corner: undefined, draft: undefined, past: [], step: '' };
}

/** What an action makes of a state; the very same state where it changes nothing. */
export function after(state: ZonesState, action: ZonesAction): ZonesState {
  const handle = handlers[action.do] as (state: ZonesState, action: ZonesAction) => ZonesState;
  return handle(state, action);
}

type Handlers = {
  [Do in ZonesAction['do']]: (state: ZonesState, action: Extract<ZonesAction, { do: Do }>) => ZonesState;
};

const handlers: Handlers = {
  draw: (state, { kind }) => {
    if (state.zones.length >= limits.zones) return state;
    const draft = { kind, points: [], cursor: { x: 0.5, y: 0.5 } };
    return { ...state, draft, zone: undefined, corner: undefined, step: '' };
  },
  aim: (state, { at }) => withDraft(state, (draft) => ({ ...draft, cursor: onPicture(at) })),
  put: (state, { at }) =>
    withDraft(state, (draft) => {
      const point = onPicture(at);
      const last = draft.points.at(-1);
      if (draft.points.length >= limits.corners || (last !== undefined && distance(last, point) < sameSpot))
        return draft;
      return { ...draft, cursor: point, points: [...draft.points, point] };
    }),
  finish: (state, { name }) => {
    const { draft, zones } = state;
    if (draft === undefined || draft.points.length < fewestCorners(draft.kind)) return state;
    const weight = draft.kind === 'zone' ? { weight: 1 } : {};
    const zone: Zone = { name: name.slice(0, limits.name), kind: draft.kind, ...weight, points: [...draft.points] };
    return { ...changed(state, [...zones, zone]), draft: undefined, zone: zones.length };
  },
  cancel: (state) => (state.draft === undefined ? state : { ...state, draft: undefined }),
  select: (state, { zone, corner }) => ({ ...state, zone, corner, step: '' }),
  moveCorner: (state, { zone, corner, to }) =>
    edited(state, zone, `corner ${zone} ${corner}`, corner, ({ points, ...rest }) => ({
      ...rest,
      points: points.map((point, index) => (index === corner ? onPicture(to) : point)),
    })),
  split: (state, { zone, edge }) => {
    const made = edited(state, zone, '', edge + 1, ({ points, ...rest }) => {
      if (points.length >= limits.corners) return undefined;
      return { ...rest, points: [...points.slice(0, edge + 1), edgeMiddle(points, edge), ...points.slice(edge + 1)] };
    });
    // Where the new corner is dragged to belongs to the same step.
    return made === state ? state : { ...made, step: `corner ${zone} ${edge + 1}` };
  },
  dropCorner: (state, { zone, corner }) =>
    edited(state, zone, '', undefined, ({ points, ...rest }) => {
      if (points.length <= fewestCorners(rest.kind)) return undefined;
      return { ...rest, points: without(points, corner) };
    }),
  shift: (state, { zone, by }) =>
    edited(state, zone, `shift ${zone}`, undefined, (found) => ({ ...found, points: shifted(found.points, by) })),
  remove: (state, { zone }) => {
    if (state.zones[zone] === undefined) return state;
    return { ...changed(state, without(state.zones, zone)), zone: undefined };
  },
  rename: (state, { zone, name }) =>
    edited(state, zone, `name ${zone}`, undefined, (found) => ({ ...found, name: name.slice(0, limits.name) })),
  setKind: (state, { zone, kind }) =>
    edited(state, zone, '', undefined, ({ name, points, weight = 1 }) => {
      if (points.length < fewestCorners(kind)) return undefined;
      return kind === 'zone' ? { name, kind, weight, points } : { name, kind, points };
    }),
  setWeight: (state, { zone, weight }) =>
    edited(state, zone, `weight ${zone}`, undefined, ({ name, kind, points }) => {
      return weight === undefined ? { name, kind, points } : { name, kind, weight, points };
    }),
  undo: (state) => {
    const { draft, past } = state;
    if (draft !== undefined) {
      return draft.points.length === 0 ? { ...state, draft: undefined } : withDraft(state, withoutLast);
    }
    const zones = past.at(-1);
    if (zones === undefined) return state;
    const zone = state.zone !== undefined && zones[state.zone] !== undefined ? state.zone : undefined;
    return { ...state, zones, zone, corner: undefined, past: past.slice(0, -1), step: '' };
  },
};

function withoutLast(draft: Draft): Draft {
  return { ...draft, points: draft.points.slice(0, -1) };
}

/** A list without one of its items. */
export function without<Item>(items: readonly Item[], index: number): Item[] {
  return items.filter((_, at) => at !== index);
}

function withDraft(state: ZonesState, change: (draft: Draft) => Draft): ZonesState {
  return state.draft === undefined ? state : { ...state, draft: change(state.draft) };
}

/** A zone changed and chosen; undefined refuses. */
function edited(
  state: ZonesState,
  index: number,
  step: string,
  corner: number | undefined,
  change: (zone: Zone) => Zone | undefined,
): ZonesState {
  const found = state.zones[index];
  const made = found === undefined ? undefined : change(found);
  if (made === undefined) return state;
  const zones = state.zones.map((zone, at) => (at === index ? made : zone));
  return { ...changed(state, zones, step), zone: index, corner };
}

function changed(state: ZonesState, zones: readonly Zone[], step = ''): ZonesState {
  const same = step !== '' && step === state.step;
  const past = same ? state.past : [...state.past, state.zones].slice(-mostSteps);
  return { ...state, zones, past, step, corner: undefined };
}
