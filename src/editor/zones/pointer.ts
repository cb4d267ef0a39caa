import type { Point } from '../../contracts/configs.ts';
import { distance } from './geometry.ts';
import { nameOfPart, partOf } from './polygons.ts';
import { fewestCorners, type ZonesAction, type ZonesState } from './state.ts';

/** So near at the first corner, in widths of the picture, a tap closes the polygon. */
const closing = 0.03;
/** Two taps on a corner within this time delete it. */
const doubleTapMs = 400;

/** What the pointer and the keys work on. */
export interface Board {
  surface: SVGSVGElement;
  state: () => ZonesState;
  /** Height by width of the picture. */
  aspect: () => number;
  act: (action: ZonesAction) => void;
  /** Closes the polygon that is being drawn. */
  finish: () => void;
}

/** What follows the pointer until it is let go. */
type Drag = { zone: number; corner: number } | { zone: number; from: Point };

/** Draws and moves by mouse, pen and finger. */
export function listenToPointer({ surface, state, aspect, act, finish }: Board): void {
  let drag: Drag | undefined;
  /** The corner that the pointer was put on last: twice in a short time is a double tap. */
  let pressed = { corner: '', at: -Infinity };

  const placeOf = (event: MouseEvent): Point => {
    const { left, top, width, height } = surface.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };

  surface.addEventListener('pointerdown', (event) => {
    if (state().draft !== undefined || event.button !== 0) return;
    const part = partOf(event.target);
    if (part === undefined) {
      act({ do: 'select' });
      return;
    }
    // The drawing is made anew with every change, so the surface itself follows the pointer.
    surface.setPointerCapture(event.pointerId);
    event.preventDefault();
    const { zone, corner, edge } = part;
    if (edge !== undefined) {
      act({ do: 'split', zone, edge });
      drag = { zone, corner: edge + 1 };
    } else if (corner !== undefined) {
      const before = pressed;
      pressed = { corner: nameOfPart(part), at: event.timeStamp };
      if (before.corner === pressed.corner && pressed.at - before.at < doubleTapMs) {
        act({ do: 'dropCorner', zone, corner });
        return;
      }
      act({ do: 'select', zone, corner });
      drag = { zone, corner };
    } else {
      act({ do: 'select', zone });
      drag = { zone, from: placeOf(event) };
    }
  });

  // A finger on a zone or a corner moves that, not the dialog: `touch-action` alone is not heard within a drawing.
  surface.addEventListener(
    'touchstart',
    (event) => {
      if (state().draft === undefined && partOf(event.target) !== undefined) event.preventDefault();
    },
    { passive: false },
  );

  surface.addEventListener('pointermove', (event) => {
    const at = placeOf(event);
    if (state().draft !== undefined) act({ do: 'aim', at });
    if (drag === undefined) return;
    if ('corner' in drag) {
      act({ do: 'moveCorner', zone: drag.zone, corner: drag.corner, to: at });
    } else {
      act({ do: 'shift', zone: drag.zone, by: { x: at.x - drag.from.x, y: at.y - drag.from.y } });
      drag.from = at;
    }
  });

  const letGo = (): void => {
    drag = undefined;
  };
  surface.addEventListener('pointerup', letGo);
  surface.addEventListener('pointercancel', letGo);

  surface.addEventListener('click', (event) => {
    const { draft } = state();
    if (draft === undefined) return;
    const at = placeOf(event);
    // A polygon is closed at its first corner, a line ends where its last one is tapped again.
    const end = draft.kind === 'line' ? draft.points.at(-1) : draft.points[0];
    const closes = draft.points.length >= fewestCorners(draft.kind) && end !== undefined;
    if (closes && distance(end, at, 1 / aspect()) < closing) finish();
    else act({ do: 'put', at });
  });
  surface.addEventListener('dblclick', () => {
    if (state().draft !== undefined) finish();
  });
}
