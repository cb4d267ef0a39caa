/** Side of a cell in the 1280 pixel wide picture that the clock is drawn into. */
const cell = 24;
const drawnWidth = 1280;
/** Bits of an epoch time in milliseconds. */
const bits = 42;
const [black, white] = [16, 235];

/**
 * Burns the time into the luma plane of a picture of 1280 pixels width: its bits in a row of cells, and below each bit its
 * opposite, so that a damaged picture is not misread.
 */
export function drawClock(luma: Buffer, epochMs: number): void {
  for (let bit = 0; bit < bits; bit += 1) {
    const isSet = Math.floor(epochMs / 2 ** bit) % 2 === 1;
    for (let line = 0; line < 2 * cell; line += 1) {
      const at = line * drawnWidth + bit * cell;
      luma.fill(line < cell === isSet ? white : black, at, at + cell);
    }
  }
}

/**
 * The time in an rgb24 picture of any width that shows the whole of a drawn one; undefined when it cannot be read.
 * Refers to nothing outside itself: its text goes into a function node.
 */
export function readClock(pixels: Buffer, width: number): number | undefined {
  const side = (24 * width) / 1280;
  const brightness = (column: number, row: number): number => {
    const [x, y] = [Math.round((column + 0.5) * side), Math.round((row + 0.5) * side)];
    let sum = 0;
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      sum += pixels[((y + dy) * width + x + dx) * 3 + 1] ?? 0;
    return sum / 4;
  };
  let time = 0;
  for (let bit = 0; bit < 42; bit += 1) {
    const difference = brightness(bit, 0) - brightness(bit, 1);
    if (Math.abs(difference) < 60) return undefined;
    if (difference > 0) time += 2 ** bit;
  }
  return time;
}
