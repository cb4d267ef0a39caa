import { defineNode } from '../../src/engine.ts';

/** Holds one Twilio account; sentinel-sms-out does the work. */
export default defineNode({ type: 'sentinel-sms-account', create: () => undefined });
