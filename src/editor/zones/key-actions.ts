import type { Point } from '../../contracts/configs.ts';
import { fewestCorners, type Draft, type Part, type ZonesAction, type ZonesState } from './state.ts';

/** Parts of the picture that an arrow key goes, and with Shift. */
const step = { usual: 0.01, big: 0.05 } as const;

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What is read of a KeyboardEvent. */
interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** What a key does; undefined where it has no meaning here. */
export function keyAction(pressed: Key, state: ZonesState, part: Part | undefined): ZonesAction | 'finish' | undefined {
  if ((pressed.ctrlKey || pressed.metaKey) && pressed.key.toLowerCase() === 'z') return { do: 'undo' };
  if (pressed.ctrlKey || pressed.metaKey) return undefined;
  const size = pressed.shiftKey ? step.big : step.usual;
  const arrow = arrows[pressed.key];
  const by = arrow === undefined ? undefined : { x: arrow.x * size, y: arrow.y * size };
  if (state.draft !== undefined) return whileDrawing(pressed.key, by, state.draft);
  if (part !== undefined) return onPart(pressed.key, by, state, part);
  return pressed.key === 'Escape' && state.zone !== undefined ? { do: 'select' } : undefined;
}

function whileDrawing(key: string, by: Point | undefined, draft: Draft): ZonesAction | 'finish' | undefined {
  const { cursor, points, kind } = draft;
  if (by !== undefined) return { do: 'aim', at: { x: cursor.x + by.x, y: cursor.y + by.y } };
  if (key === 'Enter' && points.length >= fewestCorners(kind)) return 'finish';
  if (key === ' ' || key === 'Enter') return { do: 'put', at: cursor };
  if (key === 'Backspace' || key === 'Delete') return { do: 'undo' };
  return key === 'Escape' ? { do: 'cancel' } : undefined;
}

function onPart(key: string, by: Point | undefined, state: ZonesState, part: Part): ZonesAction | undefined {
  const { zone, corner, edge } = part;
  const at = corner === undefined ? undefined : state.zones[zone]?.points[corner];
  if (by !== undefined && at !== undefined && corner !== undefined) {
    return { do: 'moveCorner', zone, corner, to: { x: at.x + by.x, y: at.y + by.y } };
  }
  if (by !== undefined) return edge === undefined ? { do: 'shift', zone, by } : undefined;
  if (key === 'Delete' || key === 'Backspace') {
    if (corner !== undefined) return { do: 'dropCorner', zone, corner };
    return edge === undefined ? { do: 'remove', zone } : undefined;
  }
  if (key === 'Enter' || key === ' ') {
    return edge === undefined ? { do: 'select', zone, corner: corner ?? 0 } : { do: 'split', zone, edge };
  }
  if (key !== 'Escape') return undefined;
  // Out of the corners first, then out of the zone; another Escape is the dialog's.
  if (corner !== undefined || edge !== undefined) return { do: 'select', zone };
  return state.zone === undefined ? undefined : { do: 'select' };
}
