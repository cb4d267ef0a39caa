import schema from 'settings-of:sentinel-whatsapp-in';
import { registerNode } from '../../src/editor/register.ts';
import { showWebhookAddress } from '../../src/editor/webhook-address.ts';

registerNode({
  type: 'sentinel-whatsapp-in',
  schema,
  icon: 'sentinel-whatsapp-in.svg',
  canvas: { colour: '#8FCB9B', input: false, outputs: ['said', 'messages'] },
  prepare: showWebhookAddress,
});
