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
    const analysis = new SoundAnalysis({ classifier: () => site.classifier(model), limits: { thresholds, loudDbfs } });
    node.status('idle', 'waiting', { model });

    return {
      async input(message, send) {
        const scores = await classify(message);
        if (scores === undefined) return;
        send([{ ...message, topic: topicOf(scores), payload: scores }]);
        site.health.model(model, scores.backend);
        const heard = scores.triggered.length > 0;
        const params = { dbfs: Math.round(scores.dbfs), heard: scores.triggered.join(', '), backend: scores.backend };
        const calm = scores.backend === 'onnxruntime-node' ? 'running' : 'runningWasm';
        node.status(heard ? 'alarm' : 'running', heard ? 'heard' : calm, params);
      },
    };

    async function classify(message: Record<string, unknown>): Promise<AudioScores | undefined> {
      if (isAudioMessage(message)) return await live(message.payload, message.samples);
      const wav = message.payload;
      if (Buffer.isBuffer(wav)) {
        const capturedAt = site.clock.now();
        return await analysis.clip(wav, { site: site.id, area: 'clip', source: 'clip', capturedAt });
      }
      throw new SentinelError('ES_BAD_INPUT', 'This message is neither a sound window nor a bare WAV file.', {
        hint: 'Wire the second output of rtsp-in here, or put the bytes of a WAV file into msg.payload.',
      });
    }

    async function live(...window: Parameters<typeof analysis.window>): Promise<AudioScores | undefined> {
      try {
        return await analysis.window(...window);
      } catch (error) {
        if (!(error instanceof SentinelError)) throw error;
        node.status('down', 'down', { reason: error.message });
        if (site.health.model(model, undefined)) node.fail(error, { topic: 'model', payload: { model } });
        return undefined;
      }
    }
  },
});
