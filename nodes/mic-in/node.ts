import {
  captureDevices,
  defineNode,
  forgetListening,
  LastingWords,
  levelSeconds,
  Microphone,
  readStateCommand,
  SiteClock,
  SoundChecks,
  SourceControl,
  soundWindow,
  streamLooks,
  topicOf,
  type Payload,
} from '../../src/engine.ts';

const clock = new SiteClock();
/** Every mic-in of this process: a dialog may check what a node hears. */
const checks = new SoundChecks({ clock, random: Math.random });

/** Listens to one microphone: sound windows and the state of the stream. */
export default defineNode({
  type: 'mic-in',
  answers: {
    devices: () => captureDevices(clock),
    'check-begin': { write: (query) => checks.begin(SoundChecks.request(query)) },
    check: { write: (query) => checks.state(query.get('id') ?? '') },
    'check-stop': { write: (query) => checks.stop(query.get('id') ?? '') },
  },
  create(node) {
    const site = node.site();
    const { name: source, area, audio, recorder, device, captureDelayMs, faultSeconds } = node.config;
    const identity = () => ({ v: 1, site: site.id, area, source }) as const;
    const emit = (output: 0 | 1, payload: Payload, bytes: object = {}): void => {
      const outputs: (object | null)[] = [null, null];
      outputs[output] = { topic: topicOf(payload), payload, ...bytes };
      node.send(outputs);
    };
    const lasting = new LastingWords(site, (payload) => {
      emit(1, payload);
    });
    const microphone = new Microphone(
      { recorder, device, captureDelayMs, faultSeconds, ...site.tools },
      {
        window({ samples, ...window }) {
          site.metrics.count('audio_windows_captured_total', { source });
          const record = audio === 'record';
          const { sampleRate, hop } = soundWindow;
          emit(0, { ...identity(), kind: 'audio-window', sampleRate, hop, record, ...window }, { samples });
        },
        level({ fault, ...level }) {
          node.status(fault === 'silent' ? 'connecting' : 'running', fault ?? 'connected', { ...level });
          site.metrics.set('sound_level_dbfs', level.dbfs, { source });
          site.metrics.set('sound_peak_dbfs', level.peakDbfs, { source });
          if (fault !== undefined)
            site.metrics.count('microphone_fault_seconds_total', { source, fault }, levelSeconds);
        },
        status({ status, detail, attempt, fault, error }) {
          const capturedAt = site.clock.now();
          const told = { status, detail, attempt, ...(fault === undefined ? {} : { fault }) };
          const payload = { ...identity(), kind: 'stream-status', capturedAt, ...told } as const;
          site.health.source(node.id, 'microphone', payload);
          // Its level is shown as soon as there is one.
          if (status !== 'connected') {
            node.status(streamLooks[status], status, { detail });
            for (const name of ['sound_level_dbfs', 'sound_peak_dbfs'] as const) {
              site.metrics.set(name, undefined, { source });
            }
          }
          lasting.note(payload);
          emit(1, payload);
          if (error !== undefined) node.fail(error, { topic: topicOf(payload), payload });
        },
      },
    );
    let leave: () => void;
    const control = new SourceControl({
      start() {
        microphone.start();
        leave = checks.join({ node: node.id, device, microphone });
      },
      async stop() {
        leave();
        await microphone.stop();
      },
      pause: () => {
        microphone.pause();
      },
      resume: () => {
        microphone.resume();
      },
    });
    return {
      input: ({ payload }) => control.obey(readStateCommand(payload)),
      close: async () => {
        await control.close();
        lasting.close();
        site.health.forgetSource(node.id);
        forgetListening({ site: site.id, source });
      },
    };
  },
});
