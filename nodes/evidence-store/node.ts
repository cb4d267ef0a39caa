import { assertKind, defineNode } from '../../src/engine.ts';

/** Keeps incidents, their signals and their media. */
export default defineNode({
  type: 'evidence-store',
  create(node) {
    const site = node.site();
    const { keepSnapshots, keepAudio } = node.config;
    node.status('idle', 'waiting');

    return {
      async input(message, send) {
        const { payload, image, samples } = message;
        assertKind(payload, 'incident');
        const store = await site.evidence();
        const evidence = await store.record(payload, {
          ...(keepSnapshots && Buffer.isBuffer(image) ? { image } : {}),
          ...(keepAudio && samples instanceof Float32Array ? { samples } : {}),
        });
        send([{ ...message, payload: { ...payload, evidence } }]);
        node.status('running', 'stored', { reason: payload.reason });
      },
    };
  },
});
