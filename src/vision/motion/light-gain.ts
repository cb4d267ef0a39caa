/** Darker cells say nothing of the light: a step of noise is a large share of them. */
const darkest = 16;
const least = 0.5;
const most = 2;
const steps = 300;

/**
 * By what factor a place has become brighter as a whole, such as by a cloud or by the camera's exposure: the median over
 * its cells, so that what merely came into view has no say. 1 where it is too dark to tell.
 */
export function lightGain(cells: Float32Array, usual: Float32Array): number {
  const histogram = new Uint32Array(steps + 1);
  let counted = 0;
  for (let cell = 0; cell < cells.length; cell += 1) {
    const expected = usual[cell] ?? 0;
    if (expected < darkest) continue;
    const ratio = Math.min(most, Math.max(least, (cells[cell] ?? 0) / expected));
    const step = Math.floor(((ratio - least) / (most - least)) * steps);
    histogram[step] = (histogram[step] ?? 0) + 1;
    counted += 1;
  }
  if (counted < cells.length / 4) return 1;
  let below = 0;
  for (const [step, count] of histogram.entries()) {
    if (below + count < counted / 2) {
      below += count;
      continue;
    }
    const within = (counted / 2 - below) / count;
    return least + ((step + within) / steps) * (most - least);
  }
  return 1;
}
