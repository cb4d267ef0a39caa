const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** A number as a 16 bit float; what is too large becomes the largest there is. Source: IEEE 754-2019, section 3.6. */
export function toHalf(value: number): number {
  float[0] = value;
  const whole = bits[0] ?? 0;
  const sign = (whole >>> 16) & 0x8000;
  const exponent = ((whole >>> 23) & 0xff) - 127 + 15;
  const fraction = whole & 0x7fffff;
  if (exponent >= 31) return sign | 0x7bff;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    const shift = 14 - exponent;
    return sign + rounded(fraction | 0x800000, shift);
  }
  // A fraction that rounds up to one carries over into the exponent, as it should; at the top it must not become infinity.
  return sign + Math.min(0x7bff, (exponent << 10) + rounded(fraction, 13));
}

/** Without so many bits, to the nearest. */
function rounded(value: number, shift: number): number {
  return Math.floor(value / 2 ** shift + 0.5);
}

/** A 16 bit float as a number. */
export function fromHalf(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
