/** Log-mel of silence and of the loudest sounds that there are: what a byte of 0 and of 255 stand for. */
export const rowRange = { lowest: Math.log(0.001), highest: 4 } as const;

/** Log-mel numbers as bytes, evenly: good to look at, not to compute with. */
export function quantised(rows: Float32Array): Uint8Array {
  const { lowest, highest } = rowRange;
  const bytes = new Uint8ClampedArray(rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    bytes[index] = (255 * ((rows[index] ?? lowest) - lowest)) / (highest - lowest);
  }
  return new Uint8Array(bytes.buffer);
}
