import schema from 'settings-of:evidence-store';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'evidence-store',
  schema,
  icon: 'evidence-store.svg',
  canvas: { colour: '#DEB887', input: true, outputs: ['incident', 'review'] },
});
