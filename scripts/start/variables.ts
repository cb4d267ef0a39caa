/** Systems whose users bring their environment variables along. */
export type System = 'EchoSight' | 'ViolenceSense' | 'Multi-Modal' | 'Sentinel' | 'VoxWatch';

/** An environment variable of one of them, and what it comes to here. */
export interface KnownVariable {
  name: string;
  systems: readonly System[];
  /** What it sets in `npm start`; absent where it means nothing in this version. */
  sets?: string;
  /** What there is instead, in a sentence. Present where `sets` is absent. */
  instead?: string;
}

/** A variable of this package that Node-RED or a command reads, whether `npm start` runs it or not. */
export interface OwnVariable {
  name: string;
  /** Who reads it. */
  reader: string;
  sets: string;
}

const [es, vs, mm, se, vw] = [['EchoSight'], ['ViolenceSense'], ['Multi-Modal'], ['Sentinel'], ['VoxWatch']] as const;
const noViolenceModel = 'There is no violence model in this version; the rules of fuse-severity decide.';

/** Every environment variable that `npm start` knows; docs/environment.md is made of it. */
export const knownVariables: readonly KnownVariable[] = [
  { name: 'RTSP_URL', systems: es, sets: 'camera 1; user and password go to its credentials' },
  { name: 'WHATSAPP_PHONE_ID', systems: es, sets: 'phone number ID of the WhatsApp account' },
  { name: 'WHATSAPP_ACCESS_TOKEN', systems: es, sets: 'access token of the WhatsApp account, in its credentials only' },
  { name: 'TO_NUMBER', systems: es, sets: 'who is told by WhatsApp; several numbers separated by commas' },
  { name: 'SITE_NAME', systems: es, sets: 'name of the site in alerts' },
  { name: 'FRAME_RATE', systems: es, sets: 'frames a second that are looked at' },
  { name: 'AUDIO_SR', systems: es, sets: 'nothing new: 16000 is what the models hear, and no other value is taken' },
  { name: 'ROI_MASK_PATH', systems: es, sets: 'mask file of camera 1: what is black in it is blacked out everywhere' },
  { name: 'HOST', systems: vs, sets: 'address that Node-RED listens on, where it is an IP address or localhost' },
  { name: 'PORT', systems: vs, sets: 'port of Node-RED' },
  { name: 'ALERT_COOLDOWN_SECONDS', systems: vs, sets: 'silence after an alert for the same area and reason' },
  { name: 'ML_SERVICE_URL', systems: vs, instead: 'The models run inside Node-RED; no other service is asked.' },
  { name: 'SLIDING_WINDOW_SECONDS', systems: vs, instead: noViolenceModel },
  { name: 'FRAME_SAMPLE_RATE', systems: vs, instead: `It counts frames of a window. ${noViolenceModel}` },
  { name: 'VIOLENCE_THRESHOLD', systems: vs, instead: noViolenceModel },
  {
    ...{ name: 'MIN_CONSECUTIVE_FRAMES', systems: vs },
    instead: 'Each condition of a rule has its own "N of M looks", in the dialog of fuse-severity.',
  },
  {
    name: 'CLIP_DURATION_BEFORE',
    systems: vs,
    instead: 'Clips of incidents begin some seconds before them; the command clip of rtsp-in takes "before".',
  },
  { name: 'CLIP_DURATION_AFTER', systems: vs, instead: 'The command clip of rtsp-in takes "after".' },
  { name: 'CLIPS_DIR', systems: vs, instead: 'Evidence lies in the data folder: use --data.' },
  {
    ...{ name: 'MODEL_PATH', systems: vs },
    instead: 'Models are ONNX files, chosen in the dialogs; .h5 files can run code and are not loaded.',
  },
  { name: 'FLASK_SECRET', systems: mm, instead: 'Node-RED signs its sessions with a secret that it makes itself.' },
  {
    name: 'DATABASE_URL',
    systems: ['Multi-Modal', 'Sentinel'],
    instead: 'The database is SQLite in the data folder: use --data.',
  },
  { name: 'MAIL_SERVER', systems: mm, sets: 'mail server that alerts leave by' },
  { name: 'MAIL_PORT', systems: mm, sets: 'its port; 587 without it' },
  { name: 'MAIL_USERNAME', systems: mm, sets: 'user name at the mail server, in the credentials' },
  { name: 'MAIL_PASSWORD', systems: mm, sets: 'its password, in the credentials only' },
  { name: 'ALERT_FROM_EMAIL', systems: mm, sets: 'address that the mails come from' },
  { name: 'ALERT_TO_EMAIL', systems: mm, sets: 'who is told by mail; several addresses separated by commas' },
  { name: 'TWILIO_ACCOUNT_SID', systems: mm, sets: 'Twilio account that SMS leave by' },
  { name: 'TWILIO_AUTH_TOKEN', systems: mm, sets: 'its auth token, in the credentials only' },
  { name: 'TWILIO_FROM', systems: mm, sets: 'number, name or messaging service that SMS come from' },
  { name: 'ALERT_TO_PHONE', systems: mm, sets: 'who is told by SMS; several numbers separated by commas' },
  { name: 'API_BASE_URL', systems: se, instead: 'Pages ask the Node-RED that they come from.' },
  { name: 'DASHBOARD_API_KEY', systems: vw, instead: 'Who may ask is set in Node-RED, by httpNodeAuth.' },
  { name: 'CORS_ORIGINS', systems: vw, instead: 'Pages of other origins get no answers.' },
];

const nodeRed = 'Node-RED';
const start = '`npm start`';
const cli = (command: string): string => `\`echosight ${command}\``;

/** Every variable that the nodes and the commands of the package read. */
export const ownVariables: readonly OwnVariable[] = [
  {
    name: 'ECHOSIGHT_MODELS',
    reader: `${nodeRed}, ${cli('models')}`,
    sets: 'folder of the models that were downloaded; else `echosight/models` of the user folder',
  },
  {
    name: 'ECHOSIGHT_VISION_THREADS',
    reader: nodeRed,
    sets: 'how many pictures are looked at side by side, at most the number of cores; else one less than that',
  },
  {
    name: 'ECHOSIGHT_ORT',
    reader: nodeRed,
    sets: '`web`: models run on WebAssembly even where there is a native runtime',
  },
  { name: 'FFMPEG_PATH', reader: nodeRed, sets: 'the program ffmpeg; else the one on the PATH' },
  {
    name: 'ECHOSIGHT_RTSP_USER',
    reader: cli('rtsp'),
    sets: 'user of the camera, which stands in no command line then',
  },
  { name: 'ECHOSIGHT_RTSP_PASSWORD', reader: cli('rtsp'), sets: 'password of the camera, likewise' },
  {
    name: 'ECHOSIGHT_TEST_ROUTES',
    reader: nodeRed,
    sets: '`1`: admins may simulate events and add a demo stream over HTTP; else these routes are not there',
  },
  { name: 'NODE_RED_HOME', reader: `${cli('doctor')}, ${cli('models')}`, sets: 'user folder of Node-RED' },
  { name: 'HTTPS_PROXY', reader: cli('models pull'), sets: 'proxy for downloads' },
  { name: 'NO_PROXY', reader: cli('models pull'), sets: 'hosts that are asked without it' },
  { name: 'WEBHOOK_URL', reader: start, sets: 'address that alerts are posted to as JSON' },
  { name: 'WEBHOOK_SECRET', reader: start, sets: 'key that these posts are signed with, in the credentials only' },
  { name: 'WEBHOOK_TOKEN', reader: start, sets: 'bearer token of these posts, likewise' },
  { name: 'NTFY_TOPIC', reader: start, sets: 'topic of ntfy that alerts are published to' },
  { name: 'NTFY_SERVER', reader: start, sets: 'its server; `https://ntfy.sh` without it' },
  { name: 'NTFY_TOKEN', reader: start, sets: 'its access token, in the credentials only' },
  { name: 'ECHOSIGHT_ADMIN_PASSWORD', reader: start, sets: 'guards editor, pages and API (user `admin`)' },
];
