import { text } from '../register.ts';

export const type = 'sentinel-audio-train';

/** A sentence of the section that trains. */
export function say(key: string, params?: Record<string, string | number>): string {
  return text(type, `${type}.training.${key}`, params);
}

/** In whole percent. */
export function share(value: number): string {
  return value.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 0 });
}
