import { defineNode } from '../../src/engine.ts';

/** Holds one WhatsApp Business account; whatsapp-out does the work. */
export default defineNode({ type: 'sentinel-whatsapp-account', create: () => undefined });
