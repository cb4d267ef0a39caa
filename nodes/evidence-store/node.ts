import { assertKind, defineNode, isSamples } from '../../src/engine.ts';

/** Keeps incidents, their signals and their media. */
export default defineNode({
  type: 'evidence-store',
  create(node) {
    const site = node.site();
    const { keepSnapshots, keepAudio } = node.config;
    let store: Awaited<ReturnType<typeof site.evidence>> | undefined;
    node.status('idle', 'waiting');

    return {
      async input(message, send) {
        const { payload, image, samples } = message;
        assertKind(payload, 'incident');
        store = await site.evidence();
        const evidence = await store.record(payload, {
          ...(keepSnapshots && Buffer.isBuffer(image) ? { image } : {}),
          ...(keepAudio && isSamples(samples) ? { samples } : {}),
        });
        send([{ ...message, payload: { ...payload, evidence } }]);
        node.status('running', 'stored', { reason: payload.reason });
      },
      // When all nodes close at once, Node-RED no longer delivers the end that fuse-severity sends.
      close: async () => store?.endOpen(),
    };
  },
});
