import {
  cameraPrivacy,
  cameraSource,
  defineNode,
  forgetListening,
  forgetPictures,
  frameZones,
  keptCamera,
  LastingWords,
  MediaDesk,
  readCameraCommand,
  SentinelError,
  soundWindow,
  SourceControl,
  streamLooks,
  topicOf,
  type CameraLease,
  type CameraViewer,
  type Frame,
  type Media,
  type Payload,
  type SoundFault,
  type StreamStatusName,
} from '../../src/engine.ts';

/** Watches one camera: frames, sound windows, the state of the stream, and pictures and clips for who asks. */
export default defineNode({
  type: 'rtsp-in',
  create(node) {
    const camera = node.reference('sentinel-camera', node.config.camera);
    const site = node.siteOf(camera);
    const { name: source, area, audio, captureDelayMs, transport, playback, tamper } = camera.config;
    const { width, rate } = node.config;
    // Until the next deploy: what the settings say is changed in the dialog.
    let asked = { width, rate };
    const identity = () => ({ v: 1, site: site.id, area, source }) as const;
    const emit = (output: 0 | 1 | 2, payload: Payload, bytes: object = {}): void => {
      const outputs: (object | null)[] = [null, null, null, null];
      outputs[output] = { topic: topicOf(payload), payload, ...bytes };
      node.send(outputs);
    };
    const zones = frameZones(camera.config);
    const login = cameraSource(camera.config, camera.credentials);
    const view = { transport, audio: audio !== 'off', captureDelayMs, playback, tamper };
    const ready = () => site.backlog.cleared(source);
    const kept = { privacy: cameraPrivacy(camera.config), keep: keptCamera(camera.config) };
    const lasting = new LastingWords(site, (payload) => {
      emit(2, payload);
    });
    const viewer: CameraViewer = {
      frame({ bytes, position, ...frame }) {
        const payload: Frame = { ...identity(), kind: 'frame', encoding: 'rgb24', ...frame, ...zones };
        emit(0, payload, { image: bytes, ...placed(position) });
      },
      audio({ samples, position, ...window }) {
        const record = audio === 'record';
        const { sampleRate, hop } = soundWindow;
        emit(
          1,
          { ...identity(), kind: 'audio-window', sampleRate, hop, record, ...window },
          { samples, ...placed(position) },
        );
      },
      sound({ fault, detail }) {
        soundFault = fault;
        showStatus('connected');
        const capturedAt = site.clock.now();
        const told = { status: 'connected', detail, attempt: 0, ...(fault === undefined ? {} : { fault }) } as const;
        const payload = { ...identity(), kind: 'stream-status', capturedAt, ...told } as const;
        site.health.source(node.id, 'camera', payload);
        emit(2, payload);
      },
      tamper({ kind, score, features }) {
        if (score > 0) node.status('alarm', kind);
        else showStatus('connected');
        const capturedAt = site.clock.now() - captureDelayMs;
        const payload = { ...identity(), kind: 'cue', capturedAt, cue: 'tamper', score, features } as const;
        lasting.note(payload);
        emit(2, payload);
      },
      status({ status, detail, attempt, error, lateSeconds }) {
        state = status;
        if (status !== 'connected') soundFault = undefined;
        const capturedAt = site.clock.now();
        const payload = { ...identity(), kind: 'stream-status', capturedAt, status, detail, attempt } as const;
        site.health.source(node.id, 'camera', payload);
        if (lateSeconds === undefined) showStatus(status, detail);
        else node.status('strained', 'late', { seconds: lateSeconds });
        lasting.note(payload);
        emit(2, payload);
        if (error !== undefined) node.fail(error, { topic: topicOf(payload), payload });
      },
    };
    let feed: CameraLease | undefined;
    let state: StreamStatusName = 'idle';
    let saidNamesake = false;
    let soundFault: SoundFault | undefined;
    const media = new MediaDesk({ camera: camera.config, clips: site.clips, clock: site.clock, state: () => state });
    const control = new SourceControl({
      start() {
        const options = { source, ...login, ...view, ...asked, ...kept, ready, ...site.tools };
        feed = site.cameras.watch(camera.id, options, viewer);
        sayNamesake();
      },
      stop: async () => {
        await feed?.release();
      },
      pause: () => feed?.pause(),
      resume: () => feed?.resume(),
    });
    return {
      async input(message, send) {
        const command = readCameraCommand(message.payload);
        if (typeof command === 'string') await control.obey(command);
        else if ('ask' in command) {
          const { file, ...taken } = await media.answer(command);
          const about = { capturedAt: taken.from, ...taken, bytes: file.length };
          const payload: Media = { ...identity(), kind: 'media', ...about };
          const bytes = command.ask === 'snapshot' ? { image: file } : { clip: file };
          send([null, null, null, { ...message, topic: topicOf(payload), payload, ...bytes }]);
        } else await control.change(() => (asked = { ...asked, ...command }));
      },
      close: async () => {
        media.close();
        await control.close();
        lasting.close();
        site.health.forgetSource(node.id);
        forgetPictures({ site: site.id, source });
        forgetListening({ site: site.id, source });
      },
    };

    /** Once: every start would say it again. */
    function sayNamesake(): void {
      if (saidNamesake || !site.cameras.hasNamesake(camera.id, source)) return;
      saidNamesake = true;
      const error = new SentinelError('ES_BAD_CONFIG', `Two cameras are named "${source}".`, {
        hint: 'Give each a name of its own: their objects, pictures and incidents are mixed.',
      });
      node.fail(error, { topic: 'name', payload: { source } });
    }

    function showStatus(status: StreamStatusName, detail = ''): void {
      if (status === 'connected' && soundFault !== undefined) {
        node.status('strained', `sound-${soundFault}`);
        return;
      }
      const count = feed?.connections ?? 1;
      const isChanged = asked.width !== width || asked.rate !== rate;
      const key = isChanged ? 'connectedChanged' : count === 1 ? status : 'connectedAgain';
      node.status(streamLooks[status], status === 'connected' ? key : status, { detail, count, ...asked });
    }
  },
});

/** Where in the file it is: the capture times of a file that is played fast say only when that was. */
function placed(position: number | undefined): object {
  return position === undefined ? {} : { position };
}
