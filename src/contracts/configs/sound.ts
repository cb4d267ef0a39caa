import { Type, type Static } from 'typebox';
import { area, name, ratio, site, sourceName } from './fields.ts';

export const recorderNames = ['parec', 'arecord', 'sox', 'ffmpeg'] as const;
export type RecorderName = (typeof recorderNames)[number];

export const MicInConfig = Type.Object({
  name: Type.String({
    default: 'microphone',
    pattern: sourceName,
    description: 'Source name in topics and alerts: letters, digits, _ and -.',
  }),
  site,
  area,
  recorder: Type.Enum(['auto', ...recorderNames], {
    default: 'auto',
    description: 'Program that records; auto takes the first one that gives sound.',
  }),
  device: Type.String({
    default: '',
    maxLength: 200,
    description: 'Device as the recorder names it; empty: the default of the system.',
  }),
  audio: Type.Enum(['analyse', 'record'], {
    default: 'analyse',
    description: 'Sound: analyse only, or also record as evidence.',
  }),
  captureDelayMs: Type.Integer({
    default: 100,
    minimum: 0,
    maximum: 10000,
    description: 'Milliseconds from the microphone to our last byte; subtracted from every capture time.',
  }),
  faultSeconds: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 86400,
    description: 'Silence or clipping that lasts this many seconds is reported as an error, once; 0 reports none.',
  }),
});
export type MicInConfig = Static<typeof MicInConfig>;

export const AudioClassifyConfig = Type.Object({
  name,
  site,
  model: Type.String({
    default: 'echosight-audio-v1',
    minLength: 1,
    description: 'Model from the catalogue, or the absolute path of an .onnx file.',
  }),
  hop: Type.Enum(['0.48', '0.24'], {
    default: '0.48',
    description: 'Seconds from one window to the next; 0.24 costs twice as much and hears short sounds more surely.',
  }),
  trained: Type.Enum(['active', 'none'], {
    default: 'active',
    description: 'Classes that were trained on own recordings: those of the version in use, or none.',
  }),
  glassBreak: ratio(0.6, 'Threshold of glass_break.'),
  gunshot: ratio(0.7, 'Threshold of gunshot.'),
  scream: ratio(0.6, 'Threshold of scream.'),
  forcedEntry: ratio(0.65, 'Threshold of forced_entry (experimental).'),
  mapping: Type.String({
    default: '',
    maxLength: 65_536,
    description: 'Table that makes classes of the names of sounds, as JSON; what it leaves out is as shipped.',
  }),
  loudDbfs: Type.Number({
    default: -12,
    minimum: -100,
    maximum: 0,
    description: 'From this level on, a sound that no class explains is reported as loud_unknown; 0 turns it off.',
  }),
  singleFrom: ratio(
    0.8,
    'One window with this score is enough; below it, two of three must reach the threshold. 0: one always is.',
  ),
  hysteresis: Type.Number({
    default: 0.15,
    minimum: 0,
    maximum: 0.5,
    description: 'A sound goes on until its score is this far below its threshold.',
  }),
  repeatSeconds: Type.Number({
    default: 3,
    minimum: 0,
    maximum: 300,
    description: 'What comes again within so many seconds after its end is the same sound, not another one.',
  }),
  suppress: Type.Boolean({
    default: true,
    description:
      'Thunder and fireworks count against gunshot; laughter, babies and cats against scream; dishes against glass_break.',
  }),
  noiseDbfs: Type.Number({
    default: -10,
    minimum: -100,
    maximum: 0,
    description: 'Louder than this for noiseSeconds: cue noise.',
  }),
  noiseSeconds: Type.Integer({ default: 10, minimum: 0, maximum: 86400, description: '0 turns the cue noise off.' }),
  silenceDbfs: Type.Number({
    default: -85,
    minimum: -100,
    maximum: 0,
    description: 'Quieter than this for silenceSeconds: cue silence.',
  }),
  silenceSeconds: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 86400,
    description: '0 turns the cue silence off.',
  }),
});
export type AudioClassifyConfig = Static<typeof AudioClassifyConfig>;

export const AudioTrainConfig = Type.Object({
  name,
  site,
  model: Type.String({
    default: '',
    description:
      'Sound model whose embeddings are learnt; empty: the one of the audio-classify that was deployed last.',
  }),
  path: Type.String({
    default: '',
    maxLength: 4096,
    description: 'Zip file or folder of this machine to learn from, where a message brings none; an absolute path.',
  }),
  force: Type.Boolean({
    default: false,
    description: 'Put a new head to use also when it is worse than the one in use.',
  }),
  fromHttp: Type.Boolean({
    default: false,
    description:
      'Put good heads to use at once also when their recordings came by HTTP (POST /retrain); else they are kept.',
  }),
});
export type AudioTrainConfig = Static<typeof AudioTrainConfig>;
