import schema from 'settings-of:rtsp-in';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';

const known = ['camera', 'store'];
/** The node whose dialog is open. */
let edited: EditorNode | undefined;

registerNode({
  type: 'rtsp-in',
  schema,
  icon: 'rtsp-in.svg',
  canvas: { colour: '#A6BBCF', input: true, outputs: ['frames', 'sound', 'status', 'media'] },
  checks: { camera: checkCamera },
  prepare: (node) => {
    edited = node;
    const from = inputOf('from');
    const show = (): void => {
      const chosen = fromOf(node);
      for (const part of document.querySelectorAll<HTMLElement>('[data-echosight-from]')) {
        // Of a variable nobody knows which.
        part.hidden = known.includes(chosen) && part.dataset.echosightFrom !== chosen;
      }
    };
    from?.addEventListener('change', show);
    // Whether a camera is needed depends on it.
    from?.addEventListener('change', () => inputOf('camera')?.dispatchEvent(new Event('change')));
    show();
  },
});

/** A camera that works is needed unless the streams of the store are watched. */
function checkCamera(id: string, node: EditorNode): true | string {
  if (fromOf(node) !== 'camera') return true;
  if (id === '' || id === '_ADD_') return text('rtsp-in', 'rtsp-in.fault.camera');
  const camera = RED.nodes.node(id);
  return (camera !== null && camera.valid !== false) || text('rtsp-in', 'rtsp-in.fault.cameraWrong');
}

/** As the open dialog says, else as the node does; nodes of older versions have a camera. */
function fromOf(node: EditorNode): string {
  const field = edited === node ? inputOf('from') : null;
  return field instanceof HTMLSelectElement ? field.value : typeof node.from === 'string' ? node.from : 'camera';
}
