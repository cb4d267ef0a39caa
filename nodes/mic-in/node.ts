import {
  captureDevices,
  defineNode,
  Microphone,
  SiteClock,
  soundWindow,
  streamLooks,
  topicOf,
  type Payload,
} from '../../src/engine.ts';

/** Listens to one microphone: sound windows and the state of the stream. */
export default defineNode({
  type: 'mic-in',
  answers: { devices: () => captureDevices(new SiteClock()) },
  create(node) {
    const site = node.site();
    const { name: source, area, audio, recorder, device, captureDelayMs } = node.config;
    const identity = () => ({ v: 1, site: site.id, area, source }) as const;
    const emit = (output: 0 | 1, payload: Payload, bytes: object = {}): void => {
      const outputs: (object | null)[] = [null, null];
      outputs[output] = { topic: topicOf(payload), payload, ...bytes };
      node.send(outputs);
    };
    const microphone = new Microphone(
      { recorder, device, captureDelayMs, ...site.tools },
      {
        window({ samples, ...window }) {
          site.metrics.count('audio_windows_captured_total', { source });
          const record = audio === 'record';
          const { sampleRate, hop } = soundWindow;
          emit(0, { ...identity(), kind: 'audio-window', sampleRate, hop, record, ...window }, { samples });
        },
        level({ clipping, silent, ...level }) {
          if (silent) node.status('connecting', 'silent');
          else if (clipping) node.status('running', 'clipping', level);
          else node.status('running', 'connected', level);
        },
        status({ status, detail, attempt, error }) {
          const capturedAt = site.clock.now();
          const payload = { ...identity(), kind: 'stream-status', capturedAt, status, detail, attempt } as const;
          site.health.source(node.id, payload);
          // Its level is shown as soon as there is one.
          if (status !== 'connected') node.status(streamLooks[status], status, { detail });
          emit(1, payload);
          if (error !== undefined) node.fail(error, { topic: topicOf(payload), payload });
        },
      },
    );
    microphone.start();
    return {
      close: async () => {
        await microphone.stop();
        site.health.forgetSource(node.id);
      },
    };
  },
});
