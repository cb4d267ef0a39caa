import type { RecorderName } from '../../contracts/configs.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

/** What names devices: the sound server or system that a recorder talks to. */
type SoundSystem = 'pulse' | 'alsa' | 'coreaudio' | 'avfoundation' | 'waveaudio' | 'dshow';

/** How one recorder is started for one device; all of them write raw s16le, mono, 16 kHz to stdout. */
export interface RecorderStart {
  /** Arguments of the program; without them node-record-lpcm16 starts it. */
  args?: readonly string[];
  /** The device for node-record-lpcm16. */
  device?: string;
  env: Readonly<Record<string, string>>;
}

/** One way to record on one kind of system. */
export interface Recorder {
  name: RecorderName;
  system: SoundSystem;
  /** How to record from a device; empty for the default. */
  start(device: string): RecorderStart;
}

const rate = String(soundWindow.sampleRate);

/** Which words may name a device. ALSA reads more into a name than a name: its file plugin starts programs. */
const names: Record<SoundSystem, RegExp> = {
  pulse: /^\S*$/,
  alsa: /^(?!.*\b(?:file|tee)\b)[\w.:,=@-]*$/i,
  coreaudio: /^[^:]*$/,
  avfoundation: /^[^:]*$/,
  waveaudio: /^[^:]*$/,
  // There is no default device, and a colon would name a camera.
  dshow: /^[^:]+$/,
};

const parec: Recorder = {
  name: 'parec',
  system: 'pulse',
  start: (device) => ({
    args: [
      ...['--raw', '--format=s16le', '--channels=1', `--rate=${rate}`, '--latency-msec=40'],
      ...['--client-name=EchoSight Sentinel', '--stream-name=microphone'],
      ...(device === '' ? [] : [`--device=${device}`]),
    ],
    env: {},
  }),
};

const arecord: Recorder = {
  name: 'arecord',
  system: 'alsa',
  start: (device) => ({ ...(device === '' ? {} : { device }), env: {} }),
};

const sox = (system: SoundSystem, driver: string): Recorder => ({
  name: 'sox',
  system,
  // Without a driver sox finds none on many systems and ends without a word.
  start: (device) => ({ device: device === '' ? 'default' : device, env: { AUDIODRIVER: driver } }),
});

const ffmpeg = (system: SoundSystem, input: (device: string) => string): Recorder => ({
  name: 'ffmpeg',
  system,
  start: (device) => ({
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-f', system, '-i', input(device)],
      ...['-ac', '1', '-ar', rate, '-c:a', 'pcm_s16le', '-f', 's16le', 'pipe:1'],
    ],
    env: {},
  }),
});

const orDefault = (device: string): string => (device === '' ? 'default' : device);
const unixLike = [
  parec,
  arecord,
  sox('pulse', 'pulseaudio'),
  sox('alsa', 'alsa'),
  ffmpeg('pulse', orDefault),
  ffmpeg('alsa', orDefault),
];

const recordersOf: Partial<Record<NodeJS.Platform, readonly Recorder[]>> = {
  darwin: [sox('coreaudio', 'coreaudio'), ffmpeg('avfoundation', (device) => `:${orDefault(device)}`)],
  win32: [sox('waveaudio', 'waveaudio'), ffmpeg('dshow', (device) => `audio=${device}`)],
};

/** Every way to record on a system, in the order in which it is tried. */
export function recordersFor(platform: NodeJS.Platform): readonly Recorder[] {
  return recordersOf[platform] ?? unixLike;
}

/** Whether a recorder can be given this name of a device. */
export function takes(recorder: Recorder, device: string): boolean {
  return names[recorder.system].test(device);
}
