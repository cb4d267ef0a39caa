import { Type } from 'typebox';

/** A reference to a config node, which `nodeType` marks. */
export const reference = (nodeType: string, description: string, required = false) =>
  Type.String({ default: '', description, nodeType, ...(required ? { minLength: 1 } : {}) });

/** What most nodes have. */
export const name = Type.String({ default: '', description: 'Name on the canvas.' });

export const site = reference('sentinel-site', 'Site; empty means the implicit default site.');

export const area = Type.String({
  default: 'home',
  minLength: 1,
  maxLength: 64,
  description: 'Signals of cameras and microphones in the same area are fused.',
});

/** A name that can stand in topics. */
export const sourceName = '^[a-zA-Z0-9_-]{1,64}$';

/** A number from 0 to 1. */
export const ratio = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description });
