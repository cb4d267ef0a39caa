import type { CalibrationPoint } from '../../contracts/calibration.ts';

/** Of a drawing, in its own units. */
const size = { width: 260, height: 160, left: 34, right: 8, top: 20, bottom: 28 } as const;
const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom } as const;

export interface Axis {
  label: string;
  /** Values with their places, 0..1 from the lower left corner. */
  ticks: readonly { at: number; label: string }[];
}

export interface Drawing {
  /** For who cannot see it. */
  title: string;
  x: Axis;
  y: Axis;
  /** 0..1 each. */
  line: readonly { x: number; y: number }[];
  /** A line across, such as the budget. */
  level?: { y: number; label: string } | undefined;
  /** Thresholds: now, and as suggested. */
  marks: readonly { x: number; y: number; look: 'now' | 'suggested'; label: string }[];
}

/** Draws a line into a frame with two axes. */
export function drawCurve({ title, x, y, line, level, marks }: Drawing): SVGSVGElement {
  const svg = shape('svg', { viewBox: `0 0 ${size.width} ${size.height}`, role: 'img', 'aria-label': title });
  const across = (value: number): number => size.left + clamp(value) * plot.width;
  const up = (value: number): number => size.top + (1 - clamp(value)) * plot.height;
  for (const { at, label } of y.ticks) {
    svg.append(shape('line', { class: 'grid', x1: across(0), x2: across(1), y1: up(at), y2: up(at) }));
    svg.append(words(label, { x: size.left - 4, y: up(at) + 3, 'text-anchor': 'end' }));
  }
  for (const { at, label } of x.ticks) {
    svg.append(words(label, { x: across(at), y: size.height - 16, 'text-anchor': 'middle' }));
  }
  svg.append(words(x.label, { class: 'axis', x: across(0.5), y: size.height - 4, 'text-anchor': 'middle' }));
  svg.append(words(y.label, { class: 'axis', x: 2, y: 8 }));
  const points = line.map((point) => `${across(point.x).toFixed(1)},${up(point.y).toFixed(1)}`);
  svg.append(shape('polyline', { class: 'curve', points: points.join(' ') }));
  if (level !== undefined) {
    svg.append(shape('line', { class: 'level', x1: across(0), x2: across(1), y1: up(level.y), y2: up(level.y) }));
    svg.append(words(level.label, { x: across(1), y: up(level.y) - 3, 'text-anchor': 'end' }));
  }
  for (const mark of marks) {
    const dot = shape('circle', { class: mark.look, cx: across(mark.x), cy: up(mark.y), r: 4 });
    const title = shape('title', {});
    title.textContent = mark.label;
    dot.append(title);
    svg.append(dot);
  }
  return svg;
}

/** What a class has to offer at a threshold between two points. */
export function pointAt(curve: readonly CalibrationPoint[], threshold: number): CalibrationPoint | undefined {
  return curve.find((point) => point.threshold >= threshold) ?? curve.at(-1);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function shape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function words(content: string, attributes: Readonly<Record<string, string | number>>): SVGTextElement {
  const made = shape('text', attributes);
  made.textContent = content;
  return made;
}
