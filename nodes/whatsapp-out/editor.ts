import schema from 'settings-of:whatsapp-out';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'whatsapp-out',
  schema,
  icon: 'whatsapp-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
});
