/**
 * A small lettering of our own, drawn as strokes, because the machines that this runs on (slim containers) often have
 * no fonts at all and would show empty boxes. Capitals only. Each glyph is an SVG path on a grid 4 wide and 6 high.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: 'M0 6V2L2 0L4 2V6M0 4H4',
  B: 'M0 0H3L4 1V2L3 3H0M3 3L4 4V5L3 6H0V0',
  C: 'M4 1L3 0H1L0 1V5L1 6H3L4 5',
  D: 'M0 0H3L4 1V5L3 6H0Z',
  E: 'M4 0H0V6H4M0 3H3',
  F: 'M4 0H0V6M0 3H3',
  G: 'M4 1L3 0H1L0 1V5L1 6H3L4 5V3H2',
  H: 'M0 0V6M4 0V6M0 3H4',
  I: 'M1 0H3M2 0V6M1 6H3',
  J: 'M4 0V5L3 6H1L0 5',
  K: 'M0 0V6M4 0L0 3.5M1.5 2.5L4 6',
  L: 'M0 0V6H4',
  M: 'M0 6V0L2 3L4 0V6',
  N: 'M0 6V0L4 6V0',
  O: 'M1 0H3L4 1V5L3 6H1L0 5V1Z',
  P: 'M0 6V0H3L4 1V2L3 3H0',
  Q: 'M1 0H3L4 1V5L3 6H1L0 5V1ZM2.5 4.5L4 6',
  R: 'M0 6V0H3L4 1V2L3 3H0M2 3L4 6',
  S: 'M4 1L3 0H1L0 1V2L1 3H3L4 4V5L3 6H1L0 5',
  T: 'M0 0H4M2 0V6',
  U: 'M0 0V5L1 6H3L4 5V0',
  V: 'M0 0L2 6L4 0',
  W: 'M0 0L1 6L2 3L3 6L4 0',
  X: 'M0 0L4 6M4 0L0 6',
  Y: 'M0 0L2 3L4 0M2 3V6',
  Z: 'M0 0H4L0 6H4',
  '0': 'M1 0H3L4 1V5L3 6H1L0 5V1ZM1 5L3 1',
  '1': 'M1 1L2 0V6M1 6H3',
  '2': 'M0 1L1 0H3L4 1V2L0 6H4',
  '3': 'M0 0H4L2 2.5H3L4 3.5V5L3 6H1L0 5',
  '4': 'M3 6V0L0 4H4',
  '5': 'M4 0H0V2.5H3L4 3.5V5L3 6H1L0 5',
  '6': 'M3.5 0L1 2L0 4V5L1 6H3L4 5V4L3 3H0.5',
  '7': 'M0 0H4L1.5 6',
  '8': 'M1 3L0 2V1L1 0H3L4 1V2L3 3H1L0 4V5L1 6H3L4 5V4L3 3',
  '9': 'M0.5 6L3 4L4 2V1L3 0H1L0 1V2L1 3H3.5',
  ' ': '',
  '%': 'M0 6L4 0M0.5 0V1.5M3.5 4.5V6',
  '-': 'M1 3H3',
  _: 'M0 6H4',
  '.': 'M2 5.5V6',
  ',': 'M2 5V6L1.5 7',
  ':': 'M2 1.5V2M2 4.5V5',
  '/': 'M0 6L4 0',
  '+': 'M2 1.5V4.5M0.5 3H3.5',
  '#': 'M1 0V6M3 0V6M0 2H4M0 4H4',
  '(': 'M3 0L2 1V5L3 6',
  ')': 'M1 0L2 1V5L1 6',
  "'": 'M2 0V1.5',
  '?': 'M0 1L1 0H3L4 1V2L2 3.5V4.5M2 5.5V6',
};
const advance = 5.5;
const capHeight = 6;

/** Width of a line of text in units of its height. */
export function textWidth(text: string): number {
  return Math.max(0, text.length * advance - (advance - 4)) / capHeight;
}

/**
 * Strokes of one line of text as SVG groups, its top left corner at x, y. Accents are left out; a character without
 * a glyph becomes a question mark, so nothing of the text itself gets into the SVG.
 */
export function textStrokes(text: string, x: number, y: number, height: number): string {
  const scale = height / capHeight;
  const capitals = text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
  return Array.from(capitals, (character, index) => {
    const path = glyphs[character] ?? glyphs['?'] ?? '';
    const left = (x + index * advance * scale).toFixed(2);
    return `<path transform="translate(${left} ${y.toFixed(2)}) scale(${scale.toFixed(3)})" d="${path}"/>`;
  }).join('');
}
