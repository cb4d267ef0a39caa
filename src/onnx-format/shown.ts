/** Line breaks, terminal escapes, marks that turn the direction of writing. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** What stands in a model file, as part of a sentence: short, on one line, and unable to steer a terminal. */
export function shown(text: string, longest = 60): string {
  const plain = text.slice(0, longest + 1).replace(steering, ' ');
  return text.length > longest ? `${plain.slice(0, longest)}...` : plain;
}
