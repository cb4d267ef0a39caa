import { defineNode } from '../../src/engine.ts';

/** Holds one mail server and whom it writes to; sentinel-email-out does the work. */
export default defineNode({ type: 'sentinel-email-account', create: () => undefined });
