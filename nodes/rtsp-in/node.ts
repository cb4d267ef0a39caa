import {
  CameraWatch,
  defineNode,
  readCameraCommand,
  sourceOfCommand,
  StoreWatch,
  streamLooks,
  topicOf,
  type CameraState,
  type MediaAnswer,
  type NodeContext,
  type NodeHandlers,
  type Payload,
  type StoreState,
} from '../../src/engine.ts';

type Context = NodeContext<'rtsp-in'>;

/** Watches a camera, or the streams of the store: frames, sound windows, the state of each, and pictures and clips for who asks. */
export default defineNode({
  type: 'rtsp-in',
  create: (node) => (node.config.from === 'store' ? watchStore(node) : watchCamera(node)),
});

function watchCamera(node: Context): NodeHandlers {
  const camera = node.reference('sentinel-camera', node.config.camera);
  const site = node.siteOf(camera);
  const watch = new CameraWatch({
    ...{ site, camera, watcher: node.id, view: viewOf(node), emit: emitter(node) },
    show: (state) => {
      showCamera(node, state);
    },
    fail: (error, message) => {
      node.fail(error, message);
    },
  });
  return {
    async input(message, send) {
      const taken = await watch.obey(readCameraCommand(message.payload));
      if (taken !== undefined) send(asked(message, taken));
    },
    close: () => watch.close(),
  };
}

function watchStore(node: Context): NodeHandlers {
  const watch = new StoreWatch({
    ...{ site: node.site(), watcher: node.id, view: viewOf(node), emit: emitter(node) },
    show: (state) => {
      showStore(node, state);
    },
    fail: (error, message) => {
      node.fail(error, message);
    },
  });
  return {
    async input(message, send) {
      const taken = await watch.obey(readCameraCommand(message.payload), sourceOfCommand(message.payload));
      if (taken !== undefined) send(asked(message, taken));
    },
    close: () => watch.close(),
  };
}

function viewOf({ config: { width, rate } }: Context): { width: number; rate: number } {
  return { width, rate };
}

function emitter(node: Context): (output: 0 | 1 | 2, payload: Payload, bytes?: object) => void {
  return (output, payload, bytes = {}) => {
    const outputs: (object | null)[] = [null, null, null, null];
    outputs[output] = { topic: topicOf(payload), payload, ...bytes };
    node.send(outputs);
  };
}

/** The message that asked, with what it asked for. */
function asked(message: object, { payload, bytes }: MediaAnswer): (object | null)[] {
  return [null, null, null, { ...message, topic: topicOf(payload), payload, ...bytes }];
}

function showCamera(node: Context, state: CameraState): void {
  const { status, detail, tampering, sound, lateSeconds, connections: count, isChanged, width, rate } = state;
  const isConnected = status === 'connected';
  if (tampering !== undefined) node.status('alarm', tampering);
  else if (lateSeconds !== undefined) node.status('strained', 'late', { seconds: lateSeconds });
  else if (isConnected && sound !== undefined) node.status('strained', `sound-${sound}`);
  else {
    const connected = isChanged ? 'connectedChanged' : count === 1 ? 'connected' : 'connectedAgain';
    node.status(streamLooks[status], isConnected ? connected : status, { detail, count, width, rate });
  }
}

function showStore(node: Context, { all, online, connecting, away, tampered, failed }: StoreState): void {
  const counts = { all, online };
  if (failed) node.status('down', 'storeFailed', counts);
  else if (all === 0) node.status('idle', 'storeEmpty');
  else if (tampered.length > 0) node.status('alarm', 'storeTampered', { ...counts, names: tampered.join(', ') });
  else if (away.length > 0) {
    node.status(online > 0 ? 'strained' : 'down', 'storeAway', { ...counts, names: away.join(', ') });
  } else node.status(connecting.length > 0 ? 'connecting' : 'running', 'storeOnline', counts);
}
