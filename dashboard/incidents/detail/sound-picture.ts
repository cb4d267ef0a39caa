import { drawBands } from '../../lab-drawing.ts';
import { soundShape, type SoundShape } from './sound-shape.ts';

/** As our microphones hear: a browser brings everything to it. */
const rate = 16_000;

/** The shape of a sound file, or of the sound of a video; undefined where there is none. @throws when it cannot be decoded */
export async function soundOf(url: string): Promise<SoundShape | undefined> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) return undefined;
  const decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await response.arrayBuffer());
  return soundShape(decoded.getChannelData(0), rate);
}

/** Draws how loud it was above, and its tones below, as soon as there is room for it and whenever that changes. */
export function drawSound(canvas: HTMLCanvasElement, shape: SoundShape): void {
  new ResizeObserver(() => {
    if (canvas.clientWidth > 0) draw(canvas, shape);
  }).observe(canvas);
}

function draw(canvas: HTMLCanvasElement, shape: SoundShape): void {
  const tones = document.createElement('canvas');
  drawBands(tones, shape.bands, shape.columns, shape.strengths);
  const scale = window.devicePixelRatio;
  const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const wave = height * 0.4;
  context.drawImage(tones, 0, wave, width, height - wave);
  context.fillStyle = getComputedStyle(canvas).color;
  const step = width / shape.columns;
  shape.loudness.forEach((loudness, column) => {
    const tall = Math.max(scale, loudness * (wave - 2 * scale));
    context.fillRect(column * step, (wave - tall) / 2, Math.max(1, step * 0.8), tall);
  });
}
