import {
  asSentinelError,
  assertKind,
  defineNode,
  isSamples,
  kindOf,
  readReview,
  SentinelError,
  type EvidenceStore,
  type Incident,
  type IncidentMedia,
  type Recorded,
} from '../../src/engine.ts';

/** Keeps incidents, their signals and their media, and what people say about them. */
export default defineNode({
  type: 'evidence-store',
  create(node) {
    const site = node.site();
    const { keepSnapshots, keepAudio } = node.config;
    let store: EvidenceStore | undefined;
    node.status('idle', 'waiting');
    // Only what did not come from a flow: a review that is wired back into this node must not go round.
    const unsubscribe = site.reviews.add((review) => {
      node.send([null, review]);
      node.status('running', 'reviewed', { action: review.payload.action });
    });

    // The site itself has something to tell, such as a full disk; it is kept already.
    const unsubscribeTroubles = site.troubles.add((incident) => {
      node.send([incident, null]);
      const { phase, reason } = incident.payload;
      if (phase === 'end') node.status('running', 'stored', { reason });
      else node.status('down', 'refused', { reason });
    });

    // A test that somebody asked for over HTTP; it is kept already.
    const unsubscribeSimulated = site.simulated.add((incident) => {
      node.send([incident, null]);
      node.status('running', 'stored', { reason: incident.payload.reason });
    });

    /** Never rejects: what could not be kept is in the answer. */
    async function record(incident: Incident, media: IncidentMedia): Promise<Recorded> {
      try {
        store = await site.evidence();
        return await store.record(incident, media);
      } catch (error) {
        return { evidence: [], refused: asSentinelError(error, 'ES_DATABASE') };
      }
    }

    async function keepReview(payload: unknown): Promise<void> {
      assertKind(payload, 'review');
      const request = readReview(payload);
      store = await site.evidence();
      const reviewed = await store.review(payload.incidentId, request, 'flow');
      if (reviewed === undefined) {
        throw new SentinelError('ES_BAD_INPUT', 'The review is of an incident that is not kept here.');
      }
      if (reviewed.added) site.noteReview(payload.incidentId, request.action, { by: 'flow', how: 'flow' });
      node.status('running', 'reviewed', { action: payload.action });
    }

    return {
      async input(message, send) {
        const { payload, image, cleanImage, samples, clip } = message;
        if (kindOf(payload) === 'review') {
          await keepReview(payload);
          return;
        }
        assertKind(payload, 'incident');
        const media = {
          ...(keepSnapshots && Buffer.isBuffer(image) ? { image } : {}),
          ...(keepSnapshots && Buffer.isBuffer(cleanImage) ? { cleanImage } : {}),
          ...(keepAudio && isSamples(samples) ? { samples } : {}),
          // Kept as the camera says: its setting decides whether there are clips at all.
          ...(Buffer.isBuffer(clip) ? { clip } : {}),
        };
        const { evidence, refused } = await record(payload, media);
        // Also when nothing could be kept: an alert behind this node must not wait for a disk.
        send([{ ...message, payload: { ...payload, evidence } }, null]);
        if (refused !== undefined) {
          node.status('down', 'refused', { reason: payload.reason });
          throw refused;
        }
        node.status('running', 'stored', { reason: payload.reason });
      },
      async close() {
        unsubscribe();
        unsubscribeTroubles();
        unsubscribeSimulated();
        // When all nodes close at once, Node-RED no longer delivers the end that fuse-severity sends.
        await store?.endOpen();
      },
    };
  },
});
