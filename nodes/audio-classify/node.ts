import {
  assertKind,
  decisionOf,
  defineNode,
  isAudioMessage,
  kindOf,
  listeningNow,
  resetListening,
  SentinelError,
  SoundAnalysis,
  topicOf,
  type AudioScores,
} from '../../src/engine.ts';

/** Classifies sound windows, or a bare WAV. */
export default defineNode({
  type: 'audio-classify',
  answers: {
    listening: { write: (query) => listeningNow(query) },
    'listening-reset': { write: (query) => resetListening(query) },
  },
  create(node) {
    const site = node.site();
    const { model } = node.config;
    const classifier = site.classifier(model);
    const missing = site.classifierFault(model);
    const isDown = missing !== undefined;
    const analysis = new SoundAnalysis({
      classifier: () => classifier.get(),
      ...{ model, isDown, decision: decisionOf(node.config, site.soundMapping(model)) },
      ...{ talk: site.talk, clock: site.clock, metrics: site.metrics },
    });
    const leave = site.listening.add(node.id, analysis);
    if (isDown) {
      analysis.listening.fault = missing.message;
      node.status('down', 'down', { reason: missing.message });
      node.fail(missing);
    } else {
      node.status('idle', 'waiting', { model });
    }

    return {
      async input(message, send) {
        if (isAudioMessage(message)) {
          const { payload: window, samples } = message;
          const verdict = await site.backlog.during(window.source, () => analysis.window(window, samples));
          if (verdict.outcome === 'scores') {
            show(verdict.scores, message, send);
            for (const cue of verdict.cues) send([{ ...message, topic: topicOf(cue), payload: cue }]);
          }
          if (verdict.outcome === 'down') {
            const { cue, error, news } = verdict;
            site.metrics.count('audio_windows_dropped_total', { source: window.source, reason: 'classifier-down' });
            send([{ ...message, topic: topicOf(cue), payload: cue }]);
            site.health.model(model, undefined);
            node.status('down', 'down', { reason: error.message });
            if (news) node.fail(error, { topic: topicOf(cue), payload: cue });
          }
          return;
        }
        const { payload } = message;
        if (kindOf(payload) === 'talk') {
          assertKind(payload, 'talk');
          site.talk.note(payload);
          return;
        }
        if (!Buffer.isBuffer(payload)) {
          throw new SentinelError('ES_BAD_INPUT', 'This message is neither a sound window nor a bare WAV file.', {
            hint: 'Wire the second output of rtsp-in here, or put the bytes of a WAV file into msg.payload.',
          });
        }
        const identity = { site: site.id, area: 'clip', source: 'clip', capturedAt: site.clock.now() };
        show(await analysis.clip(payload, identity), message, send);
      },
      close() {
        for (const cue of analysis.end()) node.send([{ topic: topicOf(cue), payload: cue }]);
        leave();
        classifier.release();
      },
    };

    function show(scores: AudioScores, message: object, send: (outputs: object[]) => void): void {
      send([{ ...message, topic: topicOf(scores), payload: scores }]);
      site.health.model(model, scores.backend);
      const { triggered, muted, backend } = scores;
      const params = { dbfs: Math.round(scores.dbfs), heard: triggered.join(', '), unheard: muted?.unheard.join(', ') };
      if (muted !== undefined) node.status('strained', muted.unheard.length > 0 ? 'unheard' : 'muted', params);
      else if (triggered.length > 0) node.status('alarm', 'heard', params);
      else node.status('running', backend === 'onnxruntime-node' ? 'running' : 'runningWasm', params);
    }
  },
});
