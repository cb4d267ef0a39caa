/**
 * The pictures of the demo: a room with a window, and a figure that an object detector takes for a person.
 * Everything is drawn, nothing is filmed, and the caption inside the picture says so.
 */
export const sceneSize = { width: 768, height: 432 };
/** Detectors know the figure well between 140 and 220 px; larger ones become unreliable. */
const figureHeight = 190;
const floorLine = 388;
const pane = { left: 500, top: 70, width: 176, height: 150 };

/** Where the figure stands (centre of the feet, in pixels) and how far through its step it is (radians). */
export interface Figure {
  x: number;
  step: number;
}

/** The empty room as SVG: walls, door, window frame, grain and caption. */
export function roomSvg(): string {
  return svg(`${shades}
<rect width="768" height="300" fill="url(#wall)"/><rect y="300" width="768" height="132" fill="url(#floor)"/>
<rect y="294" width="768" height="7" fill="#74695c"/>
<rect x="74" y="84" width="104" height="212" fill="#5b4030"/><rect x="84" y="96" width="84" height="86" fill="#664a38"/>
<rect x="84" y="196" width="84" height="88" fill="#664a38"/><circle cx="164" cy="192" r="4.5" fill="#c9b36b"/>
<rect x="${pane.left - 8}" y="${pane.top - 8}" width="${pane.width + 16}" height="${pane.height + 16}" fill="#e8e4da"/>
<rect x="${pane.left}" y="${pane.top}" width="${pane.width}" height="${pane.height}" fill="url(#glass)"/>
<rect width="768" height="432" filter="url(#grain)"/>
<text x="12" y="422" font-family="sans-serif" font-size="13" fill="#f4efe6">Drawn demo scene, made by scripts/demo: no real camera, no real people</text>`);
}

/**
 * What moves, as a transparent SVG of the same size to lay over the room; undefined when nothing does.
 * @param brokenFor seconds since the pane broke; undefined while it is whole
 */
export function actionSvg(figure: Figure | undefined, brokenFor: number | undefined): string | undefined {
  const parts: string[] = [];
  if (brokenFor !== undefined) parts.push(brokenPane(brokenFor));
  if (figure !== undefined) parts.push(`<g filter="url(#soft)">${person(figure)}</g>`);
  return parts.length === 0 ? undefined : svg(shades + parts.join(''));
}

function svg(content: string): string {
  const { width, height } = sceneSize;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
}

const shades = `<defs>
<linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#9aa3a8"/><stop offset="1" stop-color="#c6c9c4"/></linearGradient>
<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#6b5a48"/><stop offset="1" stop-color="#8d7860"/></linearGradient>
<linearGradient id="glass" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#6f8fae"/><stop offset="0.5" stop-color="#8fb0cc"/><stop offset="1" stop-color="#6485a5"/></linearGradient>
<linearGradient id="jacket" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#7d2f28"/><stop offset="0.45" stop-color="#a8483d"/><stop offset="1" stop-color="#6a241f"/></linearGradient>
<radialGradient id="skin" cx="0.4" cy="0.4"><stop offset="0" stop-color="#e3b596"/><stop offset="1" stop-color="#b98263"/></radialGradient>
<filter id="shadow"><feGaussianBlur stdDeviation="3"/></filter><filter id="soft"><feGaussianBlur stdDeviation="0.7"/></filter>
<filter id="grain"><feTurbulence baseFrequency="0.9" numOctaves="2" seed="3"/><feColorMatrix values="0 0 0 0 0.5 0 0 0 0 0.5 0 0 0 0 0.5 0 0 0 0.12 0"/></filter>
</defs>`;

/** The hole in the window, a short flash, and shards on their way to the floor. */
function brokenPane(seconds: number): string {
  const { left, top } = pane;
  const hole = `<path d="M ${left + 34} ${top + 52} l 30 -34 26 22 34 -18 12 40 22 14 -24 22 4 34 -34 -12 -28 20 -16 -32 -34 -8 Z" fill="#18222e"/>`;
  const flash =
    seconds < 0.15 ? `<rect x="${left}" y="${top}" width="176" height="150" fill="#fff" opacity="0.6"/>` : '';
  const shards = Array.from({ length: 12 }, (_, index) => shard(index, seconds)).join('');
  return hole + flash + shards;
}

function shard(index: number, seconds: number): string {
  const x = pane.left + 30 + index * 11 + seconds * (index - 6) * 4;
  const fallen = pane.top + 60 + (index % 4) * 14 + 320 * seconds * seconds;
  const y = Math.min(fallen, 306 + (index % 5) * 7);
  const size = 3 + (index % 3) * 2;
  return `<path d="M ${x.toFixed(1)} ${y.toFixed(1)} l ${size} ${size + 2} -${size + 1} 1 Z" fill="#c7dcec"/>`;
}

/** Shadow, arms, legs, body and head, in units of a hundredth of the figure's height above the feet. */
function person({ x, step }: Figure): string {
  const unit = figureHeight / 100;
  const swing = Math.sin(step) * 10 * unit;
  const X = (value: number) => (x + value * unit).toFixed(1);
  const Y = (value: number) => (floorLine - value * unit).toFixed(1);
  const at = (base: number, shift: number) => (x + base * unit + shift).toFixed(1);
  const size = (value: number) => (value * unit).toFixed(1);
  const leg = (side: number, sway: number, colour: string) =>
    `<path d="M ${X(side - 3.6)} ${Y(50)} L ${at(side - 3.2, sway * 0.5)} ${Y(26)} L ${at(side - 2.6, sway)} ${Y(3)} L ${at(side + 2.6, sway)} ${Y(3)} L ${at(side + 3.6, sway * 0.5)} ${Y(26)} L ${X(side + 4)} ${Y(50)} Z" fill="${colour}"/>` +
    `<ellipse cx="${at(side + 1, sway)}" cy="${Y(1.6)}" rx="${size(4.2)}" ry="${size(1.9)}" fill="#1a1412"/>`;
  const arm = (side: number, sway: number) =>
    `<path d="M ${X(side - 2.4)} ${Y(80)} Q ${at(side - 2.6, sway * 0.4)} ${Y(66)} ${at(side - 2, sway)} ${Y(50)} L ${at(side + 2, sway)} ${Y(50)} Q ${at(side + 2.8, sway * 0.4)} ${Y(66)} ${X(side + 2.6)} ${Y(80)} Z" fill="url(#jacket)"/>` +
    `<circle cx="${at(side, sway)}" cy="${Y(47.6)}" r="${size(2.3)}" fill="#c99272"/>`;
  const shadow = `<ellipse cx="${X(0)}" cy="${Y(0)}" rx="${size(14)}" ry="${size(2.6)}" opacity="0.35" filter="url(#shadow)"/>`;
  const body =
    `<path d="M ${X(-10)} ${Y(81)} Q ${X(-6)} ${Y(85)} ${X(0)} ${Y(85)} Q ${X(6)} ${Y(85)} ${X(10)} ${Y(81)} L ${X(8.2)} ${Y(60)} L ${X(8.6)} ${Y(46)} L ${X(-8.6)} ${Y(46)} L ${X(-8.2)} ${Y(60)} Z" fill="url(#jacket)"/>` +
    `<rect x="${X(-8.6)}" y="${Y(48.5)}" width="${size(17.2)}" height="${size(2.5)}" fill="#3a1512"/>`;
  const head =
    `<rect x="${X(-2.4)}" y="${Y(88)}" width="${size(4.8)}" height="${size(5)}" fill="#b98263"/>` +
    `<ellipse cx="${X(0)}" cy="${Y(92.4)}" rx="${size(5)}" ry="${size(6.6)}" fill="url(#skin)"/>` +
    `<path d="M ${X(-5.4)} ${Y(92)} Q ${X(-5.6)} ${Y(100.5)} ${X(0)} ${Y(100)} Q ${X(5.6)} ${Y(100.5)} ${X(5.4)} ${Y(92)} Q ${X(3.6)} ${Y(97)} ${X(0)} ${Y(96.6)} Q ${X(-3.6)} ${Y(97)} ${X(-5.4)} ${Y(92)} Z" fill="#2c1b12"/>` +
    `<circle cx="${X(-1.9)}" cy="${Y(92.8)}" r="${size(0.6)}" fill="#222"/><circle cx="${X(1.9)}" cy="${Y(92.8)}" r="${size(0.6)}" fill="#222"/>` +
    `<path d="M ${X(-1.6)} ${Y(89)} Q ${X(0)} ${Y(88.2)} ${X(1.6)} ${Y(89)}" stroke="#8a4a3a" stroke-width="${size(0.5)}" fill="none"/>`;
  return (
    shadow +
    arm(9.6, -swing * 0.8) +
    leg(2.6, -swing, '#23324d') +
    leg(-2.6, swing, '#2b3d5e') +
    body +
    arm(-9.6, swing * 0.8) +
    head
  );
}
