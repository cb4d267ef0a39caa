import type { Spectrogram } from '../src/contracts/prediction.ts';
import type { EpochResult } from '../src/contracts/training.ts';

/** From dark over violet to bright: also apart for who cannot tell colours, since each is brighter than the one before. */
const ramp = [
  [13, 8, 35],
  [84, 15, 109],
  [187, 55, 84],
  [249, 142, 8],
  [252, 255, 164],
] as const;

/** Draws a spectrogram, a pixel for each number; CSS stretches it. */
export function drawSpectrogram(canvas: HTMLCanvasElement, { bands, columns, data }: Spectrogram): void {
  drawBands(
    canvas,
    bands,
    columns,
    Uint8Array.from(atob(data), (character) => character.charCodeAt(0)),
  );
}

/** The same of bare bytes: low bands first, one column after the other. */
export function drawBands(canvas: HTMLCanvasElement, bands: number, columns: number, bytes: Uint8Array): void {
  const [width, height] = [columns, bands];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  // Quiet recordings are drawn as bright as loud ones.
  const loudest = bytes.reduce((most, value) => Math.max(most, value), 1);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const colour = colourOf((bytes[column * bands + band] ?? 0) / loudest);
      image.data.set([...colour, 255], ((bands - 1 - band) * width + column) * 4);
    }
  }
  context.putImageData(image, 0, 0);
}

function colourOf(share: number): [number, number, number] {
  const place = Math.min(share, 0.999) * (ramp.length - 1);
  const [from = ramp[0], to = ramp[0]] = ramp.slice(Math.floor(place), Math.floor(place) + 2);
  const part = place - Math.floor(place);
  const mixed = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * part);
  return [mixed(0), mixed(1), mixed(2)];
}

/** Draws the accuracy of each round: a full line for what was held out, a dashed one for what was learnt. */
export function drawHistory(canvas: HTMLCanvasElement, history: readonly EpochResult[]): void {
  const scale = window.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (context === null || history.length === 0) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const [ink, accent] = [style.color, style.getPropertyValue('--es-accent')];
  const x = (index: number): number => 34 + ((width - 44) * index) / Math.max(1, history.length - 1);
  const y = (share: number): number => height - 18 - (height - 30) * share;
  context.font = '11px sans-serif';
  context.fillStyle = ink;
  for (const share of [0, 0.5, 1]) {
    context.globalAlpha = 0.25;
    context.fillRect(34, y(share), width - 44, 1);
    context.globalAlpha = 0.8;
    context.fillText(`${100 * share} %`, 0, y(share) + 4);
  }
  context.textAlign = 'right';
  context.fillText(String(history.length), width - 6, height - 3);
  const line = (of: (epoch: EpochResult) => number, colour: string, dash: number[]): void => {
    context.beginPath();
    history.forEach((epoch, index) => {
      context.lineTo(x(index), y(of(epoch)));
    });
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.stroke();
  };
  context.globalAlpha = 1;
  line((epoch) => epoch.accuracy, ink, [5, 4]);
  line((epoch) => epoch.heldOutAccuracy, accent === '' ? ink : accent, []);
}
