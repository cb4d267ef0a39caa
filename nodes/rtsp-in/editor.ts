import schema from 'settings-of:rtsp-in';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'rtsp-in',
  schema,
  icon: 'rtsp-in.svg',
  canvas: { colour: '#A6BBCF', input: true, outputs: ['frames', 'sound', 'status', 'media'] },
});
