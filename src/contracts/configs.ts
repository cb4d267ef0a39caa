import { Type, type Static, type TSchema } from 'typebox';

/**
 * The settings of every node: one schema gives the editor's defaults and validation, the runtime check,
 * the TypeScript type and the table in the docs. `nodeType` marks a reference to a config node.
 */
const reference = (nodeType: string, description: string, required = false) =>
  Type.String({ default: '', description, nodeType, ...(required ? { minLength: 1 } : {}) });
const name = Type.String({ default: '', description: 'Name on the canvas.' });
const site = reference('sentinel-site', 'Site; empty means the implicit default site.');
const area = Type.String({
  default: 'home',
  minLength: 1,
  maxLength: 64,
  description: 'Signals of cameras and microphones in the same area are fused.',
});
/** A name that can stand in topics. */
const sourceName = '^[a-zA-Z0-9_-]{1,64}$';
const ratio = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description });

export const SentinelSiteConfig = Type.Object({
  name: Type.String({ default: 'Home', minLength: 1, description: 'Name of the site, as it stands in alerts.' }),
  siteId: Type.String({
    default: 'home',
    pattern: sourceName,
    description: 'Short id, the first part of every topic: letters, digits, _ and -.',
  }),
  dataFolder: Type.String({
    default: '',
    description: 'Folder for database and evidence; empty: "echosight" in the Node-RED user folder.',
  }),
  publicAddress: Type.String({
    default: '',
    maxLength: 120,
    pattern: '^$|^https?://[^\\s?#@]+$|^\\$\\{[^}]+\\}$',
    description: 'Where phones reach our pages, such as https://home.example/echosight; empty: nowhere.',
  }),
});
export type SentinelSiteConfig = Static<typeof SentinelSiteConfig>;

export const zoneKinds = ['zone', 'line', 'ignore', 'privacy'] as const;
export type ZoneKind = (typeof zoneKinds)[number];
/** A corner of a polygon: 0 to 1 of the picture, from its top left. */
export const Point = Type.Object({ x: ratio(0, 'From the left.'), y: ratio(0, 'From above.') });
export type Point = Static<typeof Point>;

/** A polygon on the picture of a camera, or a line. Where a polygon crosses itself, what it goes around at all is inside. */
export const Zone = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Enum(zoneKinds),
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 10, description: 'Of a zone; 1 where it is absent.' })),
    points: Type.Array(Point, {
      minItems: 2,
      maxItems: 64,
      description: 'Two or more of a line, else at least three.',
    }),
  },
  // What has an inside has three corners.
  {
    if: { properties: { kind: { enum: ['line'] } } },
    else: { properties: { points: { type: 'array', minItems: 3 } } },
  },
);
export type Zone = Static<typeof Zone>;

const audioModes = ['off', 'analyse', 'record'] as const;
/** How a video file stands for a camera: for ever, once at its own speed, or once as fast as the analysis can follow. */
export const playbackModes = ['loop', 'once', 'fast'] as const;
export type Playback = (typeof playbackModes)[number];

export const SentinelCameraConfig = Type.Object({
  name: Type.String({
    default: '',
    pattern: sourceName,
    description: 'Source name in topics and alerts: letters, digits, _ and -.',
  }),
  site,
  area,
  address: Type.String({
    default: '',
    minLength: 1,
    description:
      'rtsp(s)://, rtmp:// or http(s):// address without user and password, go2rtc:NAME, a video file, a webcam ' +
      '(/dev/videoN, avfoundation:N, dshow:NAME), or sample:intruder.',
  }),
  transport: Type.Enum(['tcp', 'udp'], { default: 'tcp', description: 'RTSP transport.' }),
  audio: Type.Enum(audioModes, {
    default: 'analyse',
    description: 'Sound: off, analyse only, or also record as evidence.',
  }),
  ring: Type.Boolean({
    default: true,
    description: 'Keep the last minute of the stream in memory, for clips of what was before and after an event.',
  }),
  playback: Type.Enum(playbackModes, {
    default: 'loop',
    description: 'A video file: over and over, once, or once as fast as it can be analysed.',
  }),
  tamper: Type.Boolean({
    default: true,
    description: 'Tell when the picture is black, white, covered, shifted, blurred or frozen (cue tamper of rtsp-in).',
  }),
  captureDelayMs: Type.Integer({
    default: 300,
    minimum: 0,
    maximum: 10000,
    description: 'Milliseconds from the lens to our last byte; subtracted from every capture time.',
  }),
  zones: Type.Array(Zone, {
    default: [],
    maxItems: 32,
    description:
      'Polygons on the picture: a zone names a place, a line is crossed, what stands in ignore does not count, privacy is blacked out in ' +
      'everything that leaves the camera.',
  }),
  maskFile: Type.String({
    default: '',
    maxLength: 1000,
    description:
      'Picture of the shape of the camera picture (PNG, JPEG, PGM, BMP): what is black in it is blacked out like privacy; ' +
      'empty: none.',
  }),
});
export type SentinelCameraConfig = Static<typeof SentinelCameraConfig>;

export const RtspInConfig = Type.Object({
  name,
  camera: reference('sentinel-camera', 'Camera to watch.', true),
  width: Type.Integer({
    default: 640,
    minimum: 160,
    maximum: 1920,
    description: 'Width of analysis frames in pixels.',
  }),
  rate: Type.Number({ default: 5, minimum: 0.2, maximum: 15, description: 'Frames a second.' }),
});
export type RtspInConfig = Static<typeof RtspInConfig>;

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

/** What can run a model: the CPU, or what a graphics card or chip offers. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

export const DetectronInferConfig = Type.Object({
  name,
  site,
  model: Type.String({ default: 'nanodet-g-416', minLength: 1, description: 'Model from the catalogue.' }),
  provider: Type.Enum(executionProviders, {
    default: 'cpu',
    description: 'What the model runs on; where that cannot be had, it runs on the CPU and the status says so.',
  }),
  family: Type.String({
    default: '',
    description: 'Family of the model, where what is recognised or described is wrong; empty: that.',
  }),
  classNames: Type.String({
    default: '',
    description: "All classes of the model in the order of its outputs, separated by commas; empty: the model's own.",
  }),
  inputSize: Type.String({
    default: '',
    pattern: '^\\s*(\\d{2,4}\\s*([xX]\\s*\\d{2,4}\\s*)?)?$',
    description: "Size of the model's input, 640 or 640x480 (width x height); empty: the model's own.",
  }),
  labels: Type.String({
    default: 'person, knife',
    description: 'Classes that count, separated by commas; empty means all.',
  }),
  threshold: ratio(0.4, 'Score from which something is an object; what is followed already may show half of it.'),
  confirmLooks: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 50,
    description: 'An object counts when so many of the last frames showed it; 1 believes every frame.',
  }),
  confirmOf: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 50,
    description: 'How many of the last frames are looked at for that.',
  }),
  keepSeconds: Type.Number({
    default: 2,
    minimum: 0,
    maximum: 10,
    description: 'An object out of sight for no longer than this many seconds keeps its id.',
  }),
  loiterSeconds: Type.Number({
    default: 30,
    minimum: 0,
    maximum: 86400,
    description: 'Who stays in a zone for this many seconds loiters (cue loiter); 0: nobody does.',
  }),
  maxAgeMs: Type.Integer({
    default: 1000,
    minimum: 100,
    maximum: 60000,
    description: 'A frame that waited longer than this many milliseconds is dropped and counted.',
  }),
  previewRate: Type.Number({
    default: 1,
    minimum: 0,
    maximum: 5,
    description: 'Annotated pictures a second and source on the second output; 0 turns them off.',
  }),
  gate: Type.Boolean({
    default: true,
    description: 'Look only where something moves, or where something was found in the last seconds.',
  }),
  heartbeatSeconds: Type.Number({
    default: 5,
    minimum: 0.2,
    maximum: 3600,
    description: 'A frame is looked at after so many seconds even when nothing moves.',
  }),
  crops: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 4,
    description: 'So many parts of a frame at most are looked at again, closely, where something moves; 0: none.',
  }),
});
export type DetectronInferConfig = Static<typeof DetectronInferConfig>;

export const AudioClassifyConfig = Type.Object({
  name,
  site,
  model: Type.String({ default: 'echosight-audio-v0', minLength: 1, description: 'Model from the catalogue.' }),
  glassBreak: ratio(0.6, 'Threshold of glass_break.'),
  gunshot: ratio(0.7, 'Threshold of gunshot.'),
  scream: ratio(0.6, 'Threshold of scream.'),
  forcedEntry: ratio(0.65, 'Threshold of forced_entry (experimental).'),
  loudDbfs: Type.Number({
    default: -12,
    minimum: -100,
    maximum: 0,
    description: 'From this level on, a sound that no class explains is reported as loud_unknown; 0 turns it off.',
  }),
});
export type AudioClassifyConfig = Static<typeof AudioClassifyConfig>;

export const signalKinds = ['object', 'sound', 'cue', 'stream', 'signal'] as const;
export const RuleCondition = Type.Object({
  kind: Type.Enum(signalKinds),
  label: Type.String({ minLength: 1 }),
  minimumScore: Type.Optional(ratio(0, 'Lowest score that counts; default is what the detecting node lets through.')),
  seenTimes: Type.Optional(
    Type.Object(
      { n: Type.Integer({ minimum: 1, maximum: 50 }), of: Type.Integer({ minimum: 1, maximum: 50 }) },
      { description: 'N of the last M looks of one source must show it.' },
    ),
  ),
  rate: Type.Optional(
    Type.Object(
      {
        times: Type.Integer({ minimum: 1, maximum: 50 }),
        seconds: Type.Number({ minimum: 0.1, maximum: 120, description: 'Up to two minutes are remembered.' }),
      },
      { description: 'It must come so often within so many seconds (cues and signals).' },
    ),
  ),
  forSeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 86400,
      description: 'The state must have lasted this long (stream statuses, tamper).',
    }),
  ),
});
export type RuleCondition = Static<typeof RuleCondition>;

/** All conditions must hold in one area within the correlation time. The highest severity of all fitting rules wins. */
export const Rule = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  enabled: Type.Boolean({ default: true }),
  severity: Type.Integer({ minimum: 1, maximum: 3 }),
  all: Type.Array(RuleCondition, { minItems: 1, maxItems: 8 }),
  label: Type.Optional(Type.String({ maxLength: 200 })),
});
export type Rule = Static<typeof Rule>;

/** The rules that every fuse-severity node starts with; users edit the list in the editor. */
export const defaultRules: readonly Rule[] = [
  rule(3, 'Person and gunshot', seen('person', 2, 5), heard('gunshot')),
  rule(3, 'Person and breaking glass', seen('person', 2, 5), heard('glass_break')),
  rule(3, 'Person and forced entry', seen('person', 2, 5), heard('forced_entry')),
  rule(2, 'Person and scream', seen('person', 2, 5), heard('scream')),
  rule(2, 'Gunshot', heard('gunshot')),
  rule(2, 'Breaking glass', heard('glass_break')),
  rule(2, 'Knife', seen('knife', 3, 5)),
  rule(2, 'Camera offline', { kind: 'stream', label: 'offline', forSeconds: 60 }),
  rule(2, 'Camera tampered with', { kind: 'cue', label: 'tamper' }),
  rule(1, 'Scream', heard('scream')),
  rule(1, 'Loud unknown sound', heard('loud_unknown')),
  rule(1, 'Forced entry (experimental)', heard('forced_entry')),
  rule(1, 'Person', seen('person', 2, 5)),
  rule(
    1,
    'Motion while the detector is down',
    { kind: 'cue', label: 'motion' },
    { kind: 'cue', label: 'detector-down' },
  ),
];

function heard(label: string): RuleCondition {
  return { kind: 'sound', label };
}
function seen(label: string, n: number, of: number): RuleCondition {
  return { kind: 'object', label, seenTimes: { n, of } };
}
function rule(severity: number, label: string, ...all: RuleCondition[]): Rule {
  return { id: all.map((condition) => condition.label).join('+'), enabled: true, severity, all, label };
}

export const FuseSeverityConfig = Type.Object({
  name,
  site,
  rules: Type.Array(Rule, { default: defaultRules, minItems: 1, maxItems: 100 }),
  correlationSeconds: Type.Number({
    default: 3,
    minimum: 0.5,
    maximum: 60,
    description: 'Signals of an area that lie this close together belong together.',
  }),
  quietSeconds: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: 'An incident ends when nothing that feeds it was seen or heard for this long.',
  }),
});
export type FuseSeverityConfig = Static<typeof FuseSeverityConfig>;

export const EvidenceStoreConfig = Type.Object({
  name,
  site,
  keepSnapshots: Type.Boolean({ default: true, description: 'Store the annotated picture of every start and update.' }),
  keepAudio: Type.Boolean({ default: true, description: 'Store the sound, where the camera is set to record.' }),
});
export type EvidenceStoreConfig = Static<typeof EvidenceStoreConfig>;

export const WhatsAppAccountConfig = Type.Object({
  name,
  phoneNumberId: Type.String({
    default: '',
    pattern: '^[0-9]{1,32}$',
    description: 'Phone number ID from the developer console (not the phone number).',
  }),
  recipients: Type.String({
    default: '',
    minLength: 1,
    description: 'Phone numbers in international form, separated by commas.',
  }),
  graphVersion: Type.String({
    default: 'v26.0',
    pattern: '^v\\d+\\.\\d+$',
    description: 'Version of the Graph API, such as v26.0.',
  }),
  baseUrl: Type.String({
    default: 'https://graph.facebook.com',
    pattern: '^https?://',
    description: 'Address of the Graph API; change it only for the sandbox or a relay of your own.',
  }),
});
export type WhatsAppAccountConfig = Static<typeof WhatsAppAccountConfig>;

export const WhatsAppOutConfig = Type.Object({
  name,
  site,
  account: reference('sentinel-whatsapp-account', 'Account that sends; only a try out needs none.'),
  dryRun: Type.Boolean({
    default: false,
    description: 'Try out: nothing is sent, the first output says what would be.',
  }),
  minimumSeverity: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 3,
    description: 'Incidents below this stay silent.',
  }),
  cooldownSeconds: Type.Number({
    default: 60,
    minimum: 0,
    maximum: 86400,
    description: 'Silence for the same area and reason after an accepted alert; a higher severity breaks it.',
  }),
  template: Type.String({
    default: '{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}',
    minLength: 1,
    maxLength: 2000,
    description: 'Text of the alert; the fields in braces are filled in.',
  }),
  sendSnapshot: Type.Boolean({ default: true, description: 'Send the annotated picture as a reply to the text.' }),
});
export type WhatsAppOutConfig = Static<typeof WhatsAppOutConfig>;

/** Every node type of the palette and the schema of its settings. */
export const nodeConfigs = {
  'sentinel-site': SentinelSiteConfig,
  'sentinel-camera': SentinelCameraConfig,
  'sentinel-whatsapp-account': WhatsAppAccountConfig,
  'rtsp-in': RtspInConfig,
  'mic-in': MicInConfig,
  'detectron-infer': DetectronInferConfig,
  'audio-classify': AudioClassifyConfig,
  'fuse-severity': FuseSeverityConfig,
  'evidence-store': EvidenceStoreConfig,
  'whatsapp-out': WhatsAppOutConfig,
} as const satisfies Record<string, TSchema>;

/** Secret fields per node type: they live in Node-RED credentials and nowhere else. */
export const nodeCredentials = {
  'sentinel-camera': { username: 'text', password: 'password' },
  'sentinel-whatsapp-account': { accessToken: 'password' },
} as const satisfies Partial<Record<keyof typeof nodeConfigs, Record<string, 'text' | 'password'>>>;

export type NodeType = keyof typeof nodeConfigs;
