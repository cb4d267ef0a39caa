import {
  choiceIn,
  defineNode,
  FrameAnalysis,
  isFrameMessage,
  kindOf,
  labelFilter,
  modelsFor,
  NodePoses,
  nodePreview,
  poseModels,
  prepareRenderer,
  Previews,
  readPicture,
  SentinelError,
  snapshotRenderer,
  summaryOf,
  topicOf,
  type Detections,
  type Frame,
} from '../../src/engine.ts';

/** Finds objects in frames, or in a bare JPEG or PNG. */
export default defineNode({
  type: 'detectron-infer',
  answers: {
    models: () => modelsFor('detection'),
    poseModels: () => poseModels(),
    model: { write: (query) => summaryOf(choiceIn(query)) },
    preview: { write: (query) => nodePreview(query) },
  },
  create(node) {
    const site = node.site();
    const { model, provider, family, classNames, inputSize } = node.config;
    const { labels, threshold, maxAgeMs, previewRate } = node.config;
    const { confirmLooks, confirmOf, keepSeconds, loiterSeconds, gate, heartbeatSeconds, crops } = node.config;
    const choice = { model, family, classNames, inputSize };
    const { labels: classes, fault: missing } = site.vision.knownDetector(choice);
    const filter = labelFilter(labels, classes);
    const fault = missing ?? filter.fault;
    if (fault !== undefined) node.fail(fault);
    const detector = site.vision.detector(choice, provider);
    const poses = new NodePoses(site, node.config, (error) => {
      node.fail(error, { topic: 'pose', payload: { model: node.config.poseModel } });
    });
    const analysis = new FrameAnalysis({
      detector: () => detector.get(),
      isDown: missing !== undefined,
      labels: filter.labels,
      clock: site.clock,
      ...{ threshold, maxAgeMs, keepMs: keepSeconds * 1000, loiterMs: loiterSeconds * 1000 },
      ...{ gate, heartbeatSeconds, crops },
      confirmation: { n: confirmLooks, of: Math.max(confirmLooks, confirmOf) },
      pose: poses.options,
    });
    const previews = new Previews({
      ...{ node: node.id, model, rate: previewRate, renderer: snapshotRenderer, seats: site.previews.seats },
      ...{ clock: site.clock, metrics: site.metrics },
      isWired: () => node.isWired(1),
      failed: (error) => {
        node.fail(error, { topic: 'preview', payload: {} });
      },
    });
    if (previewRate > 0) prepareRenderer();
    previews.fault = missing?.message;
    const hide = site.previews.add(node.id, previews);
    let pictures = 0;
    // A class that the model does not know would silently never be found: it is said for as long as it stands there.
    const warning = filter.fault?.message;
    if (missing !== undefined) node.status('down', 'down', { reason: missing.message });
    else if (warning !== undefined) node.status('down', 'unknownLabels', { warning });
    else if (poses.fault !== undefined) node.status('down', 'noPoses', { reason: poses.fault.message });
    else node.status('idle', 'waiting', { model });

    return {
      async input(message, send) {
        if (isFrameMessage(message)) {
          const { payload: frame, image, position } = message;
          const seconds = typeof position === 'number' && Number.isFinite(position) ? position : undefined;
          const verdict = await site.backlog.during(frame.source, () => analysis.analyse(frame, image, seconds));
          if (verdict.outcome === 'dropped') return;
          if (verdict.outcome === 'down') {
            site.metrics.count('frames_dropped_total', { source: frame.source, reason: 'detector-down' });
            for (const payload of verdict.cues) send([{ ...message, topic: topicOf(payload), payload }, null]);
            site.health.model(model, undefined);
            node.status('down', 'down', { reason: verdict.error.message });
            if (verdict.news) node.fail(verdict.error, { topic: 'model', payload: { model } });
            previews.fault = verdict.error.message;
            await previews.show(frame, image, undefined);
            return;
          }
          previews.fault = undefined;
          const { detections } = verdict;
          const preview = previews.show(frame, image, detections.objects);
          show(verdict, message, send);
          sendPicture(await preview, detections, message, send);
          return;
        }
        if (!Buffer.isBuffer(message.payload)) {
          const what =
            kindOf(message.payload) === 'frame'
              ? 'This frame has not the picture that it claims, or lacks fields'
              : 'This message is neither a frame of rtsp-in nor a bare picture';
          throw new SentinelError('ES_BAD_INPUT', `${what}.`, {
            hint: 'Wire the first output of rtsp-in here, or put the bytes of a JPEG or PNG into msg.payload.',
          });
        }
        const picture = await readPicture(message.payload);
        pictures += 1;
        const frame: Frame = {
          ...{ v: 1, kind: 'frame', site: site.id, area: 'picture', source: 'picture', seq: pictures },
          ...{ capturedAt: site.clock.now(), width: picture.width, height: picture.height, encoding: 'jpeg' },
        };
        const verdict = await analysis.analyseAlone(frame, picture);
        const shown = { ...message, image: picture.bytes };
        show(verdict, shown, send);
        const { detections } = verdict;
        sendPicture(await previews.single(picture, detections.objects), detections, shown, send);
      },
      close() {
        hide();
        detector.release();
        poses.release();
      },
    };

    type Found = Extract<Awaited<ReturnType<typeof analysis.analyse>>, { outcome: 'detections' | 'still' }>;
    function show(
      { outcome, detections, cues }: Found,
      message: object,
      send: (outputs: (object | null)[]) => void,
    ): void {
      send([{ ...message, topic: topicOf(detections), payload: detections }, null]);
      for (const payload of cues) send([{ ...message, topic: topicOf(payload), payload }, null]);
      site.health.model(model, detections.backend);
      const { ignored, source, gate: glance } = detections;
      if (ignored !== undefined) site.metrics.count('objects_ignored_total', { source }, ignored);
      if (outcome === 'still') site.metrics.count('frames_still_total', { source });
      const { inferenceMs } = detections.timings;
      const params = { count: detections.objects.length, ms: Math.round(inferenceMs), saved: glance?.saved, provider };
      const calm = outcome === 'still' ? 'still' : 'running';
      if (warning !== undefined) node.status('running', `${calm}Unknown`, { ...params, warning });
      else if (poses.fault !== undefined)
        node.status('running', `${calm}NoPoses`, { ...params, reason: poses.fault.message });
      else node.status('running', runtimeStatus(detections) ?? calm, params);
    }
  },
});

/**
 * The annotated picture follows when it is made: what was found does not wait for it. The picture below it went with what
 * was found, and belongs to that message.
 */
function sendPicture(
  picture: Buffer | undefined,
  detections: Detections,
  message: object,
  send: (outputs: (object | null)[]) => void,
): void {
  if (picture === undefined) return;
  const rest: { image?: unknown } = { ...message };
  delete rest.image;
  send([null, { ...rest, topic: topicOf(detections), payload: picture, detections }]);
}

/** What there is to say of the runtime, the first that fits: what was asked for is missing, or the slow one runs. */
function runtimeStatus({ backend, fallback }: Detections): string | undefined {
  if (fallback !== undefined) return 'runningFallback';
  return backend === 'onnxruntime-web' ? 'runningWasm' : undefined;
}
