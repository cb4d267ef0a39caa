import { drawBands } from './lab-drawing.ts';
import { soundShape } from './sound-shape.ts';

/** As our microphones hear: a browser brings everything to it. */
const rate = 16_000;

/** Draws a sound file: how loud it was above, its tones below. What cannot be drawn stays empty; the player is there. */
export async function drawSoundFile(canvas: HTMLCanvasElement, url: string): Promise<void> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) return;
  const decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await response.arrayBuffer());
  const shape = soundShape(decoded.getChannelData(0), rate);
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
