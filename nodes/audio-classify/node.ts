import {
  defineNode,
  isAudioMessage,
  SentinelError,
  SoundAnalysis,
  topicOf,
  type AudioScores,
} from '../../src/engine.ts';

/** Classifies sound windows, or a bare WAV. */
export default defineNode({
  type: 'audio-classify',
  create(node) {
    const site = node.site();
    const { model, glassBreak, gunshot, scream, forcedEntry, loudDbfs } = node.config;
    const thresholds = { glass_break: glassBreak, gunshot, scream, forced_entry: forcedEntry };
    const classifier = site.classifier(model);
    const missing = site.classifierFault(model);
    const isDown = missing !== undefined;
    const analysis = new SoundAnalysis({
      classifier: () => classifier.get(),
      isDown,
      limits: { thresholds, loudDbfs },
    });
    if (isDown) {
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
          if (verdict.outcome === 'scores') show(verdict.scores, message, send);
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
        if (!Buffer.isBuffer(message.payload)) {
          throw new SentinelError('ES_BAD_INPUT', 'This message is neither a sound window nor a bare WAV file.', {
            hint: 'Wire the second output of rtsp-in here, or put the bytes of a WAV file into msg.payload.',
          });
        }
        const identity = { site: site.id, area: 'clip', source: 'clip', capturedAt: site.clock.now() };
        show(await analysis.clip(message.payload, identity), message, send);
      },
      close() {
        classifier.release();
      },
    };

    function show(scores: AudioScores, message: object, send: (outputs: object[]) => void): void {
      send([{ ...message, topic: topicOf(scores), payload: scores }]);
      site.health.model(model, scores.backend);
      const heard = scores.triggered.length > 0;
      const params = { dbfs: Math.round(scores.dbfs), heard: scores.triggered.join(', '), backend: scores.backend };
      const calm = scores.backend === 'onnxruntime-node' ? 'running' : 'runningWasm';
      node.status(heard ? 'alarm' : 'running', heard ? 'heard' : calm, params);
    }
  },
});
