import {
  armingMessage,
  armingStatus,
  assertKind,
  defineNode,
  IncidentDesk,
  isCommand,
  isSamples,
  kindOf,
  offerRecording,
  readArmingCommand,
  SentinelError,
  SignalJournal,
  snapshotRenderer,
  topicOf,
  welcomeLatecomer,
} from '../../src/engine.ts';

const inputs = ['detections', 'audio-scores', 'cue', 'stream-status', 'signal'] as const;

/** Fuses the signals of each area into incidents. */
export default defineNode({
  type: 'fuse-severity',
  create(node) {
    const site = node.site();
    const { rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours, keepSignals } = node.config;
    const journal = new SignalJournal({
      ...{ folder: site.folder, node: node.id, clock: site.clock, log: site.log },
      preface: () => armingMessage(site),
    });
    if (!keepSignals) void journal.forget();
    const leave = offerRecording(node.id, {
      journal: keepSignals ? journal : undefined,
      now: () => site.clock.now(),
      timeZone: () => site.timeZone,
      location: () => site.location,
    });
    const unlist = site.rules.add({ node: node.id, name: node.config.name, rules });
    const desk = new IncidentDesk(
      {
        ...{ site: site.id, node: node.id, rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours },
        ...{ timeZone: site.timeZone, location: site.location },
        ...{ clock: site.clock, log: site.log, newId: site.newId, renderer: snapshotRenderer },
        clips: site.clips,
        untold: (why) => {
          site.metrics.count('incidents_untold_total', { why });
        },
      },
      (payload, media) => {
        if (payload.phase === 'start') site.metrics.count('incidents_total', { severity: String(payload.severity) });
        node.send([{ topic: topicOf(payload), payload, ...media }]);
        showStatus();
      },
    );
    let hasTold = false;
    takeMode();
    const unwatch = site.arming.watch(() => {
      takeMode();
      showStatus();
      if (hasTold) tellMode();
    });
    showStatus();
    const hearsFrom = site.clock.monotonic();
    node.whenStarted(() => {
      welcomeLatecomer(hearsFrom);
      void site.arming.ready().then(() => {
        hasTold = true;
        tellMode();
      });
    });

    return {
      async input(message) {
        const { payload, image, samples } = message;
        if (typeof payload === 'string' || isCommand(payload)) {
          await site.arming.set(readArmingCommand(payload), { by: 'flow', how: 'flow' });
          return;
        }
        await site.arming.ready();
        const kind = inputs.find((known) => known === kindOf(payload));
        if (kind === undefined) {
          throw new SentinelError('ES_BAD_INPUT', 'This message is no signal that can be fused.', {
            hint: `It takes payloads of the kinds ${inputs.join(', ')}.`,
          });
        }
        assertKind(payload, kind);
        if (keepSignals) journal.note(payload);
        desk.accept(payload, Buffer.isBuffer(image) ? image : undefined, isSamples(samples) ? samples : undefined);
      },
      close: async () => {
        unwatch();
        leave();
        unlist();
        await Promise.all([desk.close(), journal.close()]);
      },
    };

    function showStatus(): void {
      const line = desk.statusLine();
      const { key, params } = armingStatus(site.arming.now);
      if (line === '') node.status('idle', key, params);
      else node.status('alarm', 'incident', { line });
    }

    function takeMode(): void {
      const arming = armingMessage(site);
      if (keepSignals) journal.note(arming);
      desk.accept(arming, undefined, undefined);
    }

    function tellMode(): void {
      const payload = armingMessage(site);
      node.send([null, { topic: topicOf(payload), payload }]);
    }
  },
});
