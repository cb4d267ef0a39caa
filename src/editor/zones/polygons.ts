import type { Point, Zone, ZoneKind } from '../../contracts/configs.ts';
import { arrowAcross } from '../../geometry/arrow-across.ts';
import { centreOf, edgeMiddle } from './geometry.ts';
import { without, type Part, type ZonesState } from './state.ts';

/** Text of a locale below `sentinel-camera.zones`. */
export type Say = (key: string, params?: Record<string, string | number>) => string;

/** Units of the drawing across the picture. */
export const drawingWidth = 1000;

/** What an element of the drawing stands for; it says so in `data-at`. */
export function partOf(target: EventTarget | null): Part | undefined {
  const at = target instanceof Element ? target.closest('[data-at]')?.getAttribute('data-at') : undefined;
  return at === undefined || at === null ? undefined : (JSON.parse(at) as Part);
}

export function nameOfPart(part: Part): string {
  return JSON.stringify(part);
}

/** Draws the polygons and lines; `height` is that of the drawing, which is 1000 units wide. */
export function drawPolygons(state: ZonesState, height: number, say: Say): SVGElement[] {
  const { zones, zone: chosen, draft } = state;
  const place = ({ x, y }: Point): [number, number] => [round(x * drawingWidth), round(y * height)];
  const path = (points: readonly Point[]): string => points.map((point) => place(point).join(',')).join(' ');

  const drawn = zones.map((zone, index) => polygon(zone, index));
  // The one that is edited lies on top, and its corners follow it for whoever steps through by Tab.
  const order = chosen === undefined ? drawn : [...without(drawn, chosen), ...drawn.slice(chosen, chosen + 1)];
  return [...order.flat(), ...(chosen === undefined ? [] : handles(chosen)), ...sketch()];

  function polygon({ name, kind, points }: Zone, zone: number): SVGElement[] {
    const [x, y] = place(centreOf(points));
    const label = svg('text', { x, y, class: 'echosight-zone-name', 'data-of': zone });
    label.textContent = name;
    const shape = svg(kind === 'line' ? 'polyline' : 'polygon', {
      points: path(points),
      class: `echosight-zone echosight-zone-${kind}${zone === chosen ? ' echosight-zone-chosen' : ''}`,
      ...focusable({ zone }, say('shape', { kind: say(`kind.${kind}`), name, corners: points.length })),
      'aria-pressed': String(zone === chosen),
    });
    return kind === 'line' ? [shape, reach(points, zone), arrow(points, zone), label] : [shape, label];
  }

  /** A finger hits no thin line. */
  function reach(points: readonly Point[], zone: number): SVGElement {
    return svg('path', { d: `M${path(points)}`, class: 'echosight-line-reach', 'data-at': nameOfPart({ zone }) });
  }

  /** Shows which way over a line is in. */
  function arrow(points: readonly Point[], zone: number): SVGElement {
    const inUnits = points.map(place).map(([x, y]) => ({ x, y }));
    const drawn = arrowAcross(inUnits, 48).map(({ x, y }) => `${round(x)},${round(y)}`);
    return svg('polyline', { points: drawn.join(' '), class: 'echosight-zone-arrow', 'data-of': `${zone} in` });
  }

  function handles(zone: number): SVGElement[] {
    const { points = [], kind = 'zone' } = zones[zone] ?? {};
    return points.flatMap((point, index) => {
      const where = { number: index + 1, of: points.length, x: percent(point.x), y: percent(point.y) };
      const between = { from: index + 1, to: ((index + 1) % points.length) + 1 };
      const corner = handle(point, 13, 'corner', { zone, corner: index }, say('corner', where));
      if (kind === 'line' && index === points.length - 1) return [corner];
      return [corner, handle(edgeMiddle(points, index), 8, 'edge', { zone, edge: index }, say('edge', between))];
    });
  }

  /** A dot with a larger place around it that a finger hits. */
  function handle(point: Point, radius: number, what: string, part: Part, label: string): SVGElement {
    const [cx, cy] = place(point);
    const group = svg('g', { class: `echosight-handle echosight-handle-${what}`, ...focusable(part, label) });
    group.append(svg('circle', { cx, cy, r: 28, class: 'echosight-reach' }), svg('circle', { cx, cy, r: radius }));
    return group;
  }

  function sketch(): SVGElement[] {
    if (draft === undefined) return [];
    const [x, y] = place(draft.cursor);
    const kind: ZoneKind = draft.kind;
    const line = svg('polyline', {
      points: path([...draft.points, draft.cursor]),
      class: `echosight-zone echosight-zone-${kind} echosight-draft`,
    });
    const dots = draft.points.map((point, index) => {
      const [cx, cy] = place(point);
      return svg('circle', { cx, cy, r: index === 0 ? 16 : 9, class: 'echosight-draft-corner' });
    });
    const cross = svg('path', { d: `M${x - 22},${y}h44M${x},${y - 22}v44`, class: 'echosight-cross' });
    return [line, ...dots, cross];
  }
}

function focusable(part: Part, label: string): Record<string, string> {
  return { tabindex: '0', role: 'button', 'data-at': nameOfPart(part), 'aria-label': label };
}

function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function percent(value: number): number {
  return Math.round(value * 100);
}
