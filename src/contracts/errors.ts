/**
 * Every failure that a user may meet has a name here. The name is stable: flows may switch on it in a Catch node.
 */
export const errorNames = {
  ES_BAD_CONFIG: 'A setting of the node is missing or wrong.',
  ES_BAD_INPUT: 'The message is not one that this node can use.',
  ES_UNSUPPORTED_RUNTIME: 'Node.js is older than this package needs.',
  ES_TYPE_TAKEN: 'Another package has a node of the same name, and Node-RED loaded that one.',
  ES_SITE_LOCKED: 'Another Node-RED process already uses this data folder.',
  ES_FFMPEG_MISSING: 'No ffmpeg program was found.',
  ES_FFMPEG_UNSUITABLE: 'The ffmpeg program lacks something that this source needs.',
  ES_BAD_ADDRESS: 'The address of a camera or service is not allowed.',
  ES_CAMERA_UNAUTHORISED: 'The camera refused the user name or password.',
  ES_CAMERA_NOT_FOUND: 'The camera answers, but has no stream under this path.',
  ES_CAMERA_UNREACHABLE: 'The camera does not answer.',
  ES_CAMERA_STALLED: 'The camera stopped sending pictures.',
  ES_CAMERA_BUSY: 'The camera is being looked at already.',
  ES_STREAM_UNUSABLE: 'The stream has no picture that can be decoded.',
  ES_MASK_MISSING: 'The mask file of a camera does not exist.',
  ES_MASK_INVALID: 'The mask file of a camera cannot be used, or has another shape than the picture.',
  ES_RECORDER_MISSING: 'No program that records from a microphone was found.',
  ES_MICROPHONE_NOT_FOUND: 'There is no such microphone on this machine.',
  ES_MICROPHONE_DENIED: 'The user that runs Node-RED may not use the microphone.',
  ES_MICROPHONE_BUSY: 'Another program uses the microphone.',
  ES_MICROPHONE_UNREACHABLE: 'The microphone or its sound server does not answer.',
  ES_MICROPHONE_STALLED: 'The microphone stopped sending sound.',
  ES_MICROPHONE_FLOODING: 'The device gives sound faster than time passes: it is no microphone.',
  ES_MICROPHONE_SILENT:
    'Nothing but silence comes from the microphone: it is muted, unplugged or not behind the device.',
  ES_MICROPHONE_CLIPPING: 'The sound of the microphone is cut off: its gain is too high.',
  ES_MICROPHONE_OFFSET: 'The sound of the microphone has a strong constant in it: cable or converter is at fault.',
  ES_RUNTIME_MISSING: 'A native library (an ONNX runtime, sharp) could not be loaded.',
  ES_MODEL_MISSING: 'The model file does not exist.',
  ES_MODEL_INVALID: 'The model file is damaged or not the expected one.',
  ES_DOWNLOAD_FAILED: 'A model could not be downloaded.',
  ES_MODEL_FAILED: 'The model could not process its input.',
  ES_IMAGE_INVALID: 'The picture cannot be decoded.',
  ES_AUDIO_INVALID: 'The sound cannot be decoded.',
  ES_AUDIO_TOO_LONG: 'The sound is longer than what is listened to at once.',
  ES_ARCHIVE_INVALID: 'The zip file is damaged, or holds what no zip file of recordings holds.',
  ES_TRAINING_DATA: 'The recordings are too few, or not sorted into folders, so that nothing can be learnt from them.',
  ES_TRAINING_BUSY: 'Another training is under way.',
  ES_TRAINING_CANCELLED: 'The training was ended before it was done.',
  ES_HEAD_MISSING: 'There is no trained sound classifier of this version.',
  ES_HEAD_MISMATCH: 'The trained sound classifier belongs to another sound model, or its file was changed.',
  ES_BUSY: 'So much is being done already that nothing more is taken.',
  ES_WORKER_LOST: 'A worker thread ended unexpectedly.',
  ES_DATABASE: 'The database could not do its work.',
  ES_NOTHING_KEPT: 'Nothing is kept of the camera at this time.',
  ES_CLIP_FAILED: 'A clip, picture or sound of what was kept of a camera could not be made.',
  ES_DISK_FULL: 'The disk has too little room left, or is not there.',
  ES_ACCOUNT: 'The account, token or link cannot be made, changed or used so.',
  ES_STREAM: 'The stream cannot be added or changed so.',
  ES_STREAM_TAKEN: 'There is a camera of this name already, or there are too many streams.',
  ES_STREAM_ADDRESS_LOST: 'The address of a stream can no longer be read: its key is gone or another one.',
  ES_STREAM_KEY: 'The key of the addresses of streams cannot be read or written.',
  ES_LOGIN: 'The name or the password is wrong.',
  ES_LOGIN_WAIT: 'Too many logins failed: it must be waited before the next one.',
  ES_EVIDENCE_WRITE: 'Evidence could not be written to disk.',
  ES_CHANNEL_SETUP: 'The message service refuses our account settings.',
  ES_CHANNEL_RECIPIENT: 'The message service refuses this recipient.',
  ES_CHANNEL_MESSAGE: 'The message service refuses this message.',
  ES_CHANNEL_UNAVAILABLE: 'The message service could not be reached in time.',
} as const;

export type ErrorName = keyof typeof errorNames;

/**
 * An error that says what happened and what the user can do about it.
 * `name` is the stable name, `message` a sentence for people, `hint` the next step.
 * Never put a secret in any of them.
 */
export class SentinelError extends Error {
  override readonly name: ErrorName;
  /** The name again, under the only key that Node-RED hands on to Catch nodes: `msg.error.code`. */
  readonly code: ErrorName;
  readonly hint: string | undefined;

  constructor(name: ErrorName, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.code = name;
    this.hint = options.hint;
  }

  /** `ES_NAME: message. hint`, as it stands in a log line or a Catch node. */
  override toString(): string {
    return `${this.name}: ${this.message}${this.hint === undefined ? '' : ` ${this.hint}`}`;
  }
}

/** Any thrown value as a SentinelError; what already is one stays the same object. */
export function asSentinelError(thrown: unknown, name: ErrorName): SentinelError {
  if (thrown instanceof SentinelError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SentinelError(name, message, { cause: thrown });
}
