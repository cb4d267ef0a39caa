import {
  assertKind,
  calibrationAnswers,
  decisionOf,
  defineNode,
  downloadAnswers,
  HalfHops,
  isAudioMessage,
  isCommand,
  kindOf,
  listeningNow,
  modelsFor,
  newCalibrations,
  rawSoundIn,
  RawIntake,
  readSoundCommand,
  resetListening,
  SentinelError,
  SoundAnalysis,
  topicOf,
  trainedNow,
  type AudioScores,
  type AudioWindow,
  type SoundFault,
  type SoundVerdict,
} from '../../src/engine.ts';

type Send = (outputs: object[]) => void;

/** Classifies sound windows, samples of any length and rate, or a bare WAV. */
export default defineNode({
  type: 'audio-classify',
  answers: {
    ...calibrationAnswers,
    ...downloadAnswers('sound'),
    models: () => modelsFor('sound'),
    trained: { write: (query) => trainedNow(query) },
    listening: { write: (query) => listeningNow(query) },
    'listening-reset': { write: (query) => resetListening(query) },
  },
  create(node) {
    const site = node.site();
    const { sound } = site;
    const { model, mapping, hop } = node.config;
    const trained = node.config.trained === 'active';
    const classifier = sound.classifier(model, mapping);
    const missing = sound.fault(model, mapping);
    const isDown = missing !== undefined;
    const settings = decisionOf(node.config, sound.mapping(model, mapping));
    // Of this node alone: a command may change them.
    const thresholds = { ...settings.thresholds };
    const analysis = new SoundAnalysis({
      classifier: () => classifier.get(),
      ...{ model, table: mapping, isDown, decision: { ...settings, thresholds } },
      ...{ trained, talk: sound.talk, clock: site.clock, metrics: site.metrics },
    });
    let headFault: SentinelError | undefined;
    const leave = sound.listening.add(node.id, analysis);
    const calibrations = newCalibrations(site, { thresholds, singleFrom: settings.singleFrom });
    const endCalibrations = sound.calibrations.add(node.id, calibrations);
    const halfHops = new HalfHops();
    const { clock, metrics } = site;
    const intake = new RawIntake({ resampler: () => classifier.get(), site: () => site.id, clock, metrics });
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
          await hear(message.payload, message.samples, message, send);
          return;
        }
        const raw = rawSoundIn(message);
        if (raw !== undefined) {
          await intake.push(raw.sound, raw.samples, (window, samples, fault) =>
            hear(window, samples, message, send, fault),
          );
          return;
        }
        const { payload } = message;
        // Says what such a window lacks.
        if (kindOf(payload) === 'audio-window') assertKind(payload, 'audio-window');
        if (kindOf(payload) === 'talk') {
          assertKind(payload, 'talk');
          sound.talk.note(payload);
          return;
        }
        if (isCommand(payload)) {
          await calibrations.obey(readSoundCommand(payload));
          return;
        }
        if (!Buffer.isBuffer(payload)) {
          throw new SentinelError('ES_BAD_INPUT', 'This message is neither sound nor a bare WAV file.', {
            hint: 'Wire the second output of rtsp-in here, put the bytes of a WAV file into msg.payload, or samples into msg.samples.',
          });
        }
        const identity = { site: site.id, area: 'clip', source: 'clip', capturedAt: site.clock.now() };
        show(await analysis.clip(payload, identity), message, send);
      },
      async close() {
        for (const cue of analysis.end()) node.send([{ topic: topicOf(cue), payload: cue }]);
        leave();
        await endCalibrations();
        classifier.release();
      },
    };

    /** Once, and again after it was right in between. */
    function tellHead(): void {
      const fault = trained ? (analysis.headFault ?? sound.heads.fault) : undefined;
      if (fault !== undefined && headFault === undefined) node.fail(fault);
      headFault = fault;
    }

    /** A window, and before it the one between it and the last. */
    async function hear(
      window: AudioWindow,
      samples: Float32Array,
      message: object,
      send: Send,
      fault?: SoundFault,
    ): Promise<void> {
      const windows = hop === '0.24' ? halfHops.windows(window, samples) : [{ window, samples, earlier: 0 }];
      const { position } = message as { position?: unknown };
      const heard = windows.map(async ({ window: one, samples: sound, earlier }) => {
        const verdict = await site.backlog.during(one.source, () => analysis.window(one, sound));
        const placed = typeof position === 'number' ? { position: position - earlier } : {};
        answer(verdict, { ...message, samples: sound, ...placed }, send, fault);
      });
      await Promise.all(heard);
    }

    function answer(verdict: SoundVerdict, message: object, send: Send, fault?: SoundFault): void {
      if (verdict.outcome === 'scores') {
        tellHead();
        calibrations.hear({ ...verdict.scores, scores: verdict.counted });
        show(verdict.scores, message, send, fault);
        for (const cue of verdict.cues) send([{ ...message, topic: topicOf(cue), payload: cue }]);
      }
      if (verdict.outcome !== 'down') return;
      const { cue, error, news } = verdict;
      site.metrics.count('audio_windows_dropped_total', { source: cue.source, reason: 'classifier-down' });
      send([{ ...message, topic: topicOf(cue), payload: cue }]);
      site.health.model(model, undefined);
      node.status('down', 'down', { reason: error.message });
      if (news) node.fail(error, { topic: topicOf(cue), payload: cue });
    }

    function show(scores: AudioScores, message: object, send: Send, fault?: SoundFault): void {
      send([{ ...message, topic: topicOf(scores), payload: scores }]);
      site.health.model(model, scores.backend);
      const { triggered, muted, backend } = scores;
      const params = {
        model: scores.model,
        dbfs: Math.round(scores.dbfs),
        heard: triggered.join(', '),
        unheard: muted?.unheard.join(', '),
      };
      if (muted !== undefined) node.status('strained', muted.unheard.length > 0 ? 'unheard' : 'muted', params);
      else if (triggered.length > 0) node.status('alarm', 'heard', params);
      else if (fault !== undefined) node.status('strained', fault, { ...params, source: scores.source });
      else node.status('running', backend === 'onnxruntime-node' ? 'running' : 'runningWasm', params);
    }
  },
});
