import { SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { StreamStatusName } from '../contracts/messages.ts';
import { codecWords } from './codecs.ts';

/** What ffmpeg says when it gives up, and what it means; the first line that fits wins. */
const meanings: readonly { pattern: RegExp; name: ErrorName; words: string; hint: string }[] = [
  {
    pattern: /401 Unauthorized|403 Forbidden|Authorization failed/i,
    name: 'ES_CAMERA_UNAUTHORISED',
    words: 'The camera refused the user name or password.',
    hint: 'Check user and password in the camera node.',
  },
  {
    pattern: /No such file or directory/i,
    name: 'ES_CAMERA_NOT_FOUND',
    words: 'There is no such file.',
    hint: 'Give the absolute path of a video file, or an address that begins with rtsp://, http:// or the like.',
  },
  {
    pattern: /404 Not Found/i,
    name: 'ES_CAMERA_NOT_FOUND',
    words: 'There is no stream under this address.',
    hint: 'Check the path of the address.',
  },
  {
    pattern: /exceeds specified max pixel count/i,
    name: 'ES_STREAM_UNUSABLE',
    words: 'The pictures of the source are larger than 36 megapixels.',
    hint: 'Choose a smaller picture in the settings of the camera, or its second stream.',
  },
  {
    pattern: /matches no streams|does not contain any stream|Invalid data found|could not find codec/i,
    name: 'ES_STREAM_UNUSABLE',
    words: 'The source has no picture that can be decoded.',
    hint: 'Check that the address leads to a video stream.',
  },
  {
    pattern: /Format not on whitelist/i,
    name: 'ES_STREAM_UNUSABLE',
    words: 'The server sends no video of a kind that cameras send.',
    hint: 'Take the address of an MJPEG, HLS or MP4 stream.',
  },
  {
    pattern: /Unknown input format/i,
    name: 'ES_FFMPEG_UNSUITABLE',
    words: 'This ffmpeg cannot read such a webcam.',
    hint: 'v4l2 (/dev/videoN) is for Linux, avfoundation for macOS, dshow for Windows.',
  },
  {
    pattern: /not on whitelist|Protocol not found|is not in allowed_segment_extensions/i,
    name: 'ES_BAD_ADDRESS',
    words: 'The stream leads to an address that is not allowed.',
    hint: 'A playlist or redirect from the network may lead to http and https only.',
  },
  {
    pattern: /Device or resource busy/i,
    name: 'ES_CAMERA_UNREACHABLE',
    words: 'Another program uses the webcam.',
    hint: 'Close it: a webcam serves one program at a time.',
  },
  {
    pattern: /Connection refused/i,
    name: 'ES_CAMERA_UNREACHABLE',
    words: 'The camera refused the connection: nothing listens on this port.',
    hint: 'Check that the camera is on and that host and port are right.',
  },
  {
    pattern: /timed out|No route to host|Network is unreachable|Failed to resolve/i,
    name: 'ES_CAMERA_UNREACHABLE',
    words: 'The camera does not answer.',
    hint: 'Check that the camera is on and that host and port are right.',
  },
];

/** @param sound what ffmpeg calls the codec of what the source has instead, if anything */
export function noPicture(sound?: string): SentinelError {
  const instead =
    sound === undefined ? 'The source has no picture.' : `The source has sound (${codecWords(sound)}) but no picture.`;
  return new SentinelError('ES_STREAM_UNUSABLE', instead, {
    hint: 'Take the address of a stream with a picture; for sound alone there is mic-in.',
  });
}

/**
 * Why a stream ended, from the last lines of ffmpeg. Any end of a live source is a failure, whatever the exit code:
 * a camera that is switched off makes ffmpeg exit with 0.
 */
export function failureFrom(lines: readonly string[]): SentinelError {
  for (const { pattern, name, words, hint } of meanings) {
    if (lines.some((line) => pattern.test(line))) return new SentinelError(name, words, { hint });
  }
  const last = lines.at(-1);
  const said = last === undefined ? '' : ` ffmpeg said: ${last}`;
  return new SentinelError('ES_CAMERA_UNREACHABLE', `The stream ended.${said}`);
}

const statuses: Partial<Record<ErrorName, StreamStatusName>> = {
  ES_CAMERA_UNAUTHORISED: 'unauthorised',
  ES_CAMERA_NOT_FOUND: 'not-found',
  ES_MICROPHONE_DENIED: 'unauthorised',
  ES_MICROPHONE_NOT_FOUND: 'not-found',
};

/** The status that a failure shows as while the next try is waited for. */
export function statusOf(error: SentinelError): StreamStatusName {
  return statuses[error.name] ?? 'backing-off';
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The camera refused the connection: nothing listens on this port.',
  ENOTFOUND: 'The host name of the camera is not known.',
  EAI_AGAIN: 'The host name of the camera cannot be looked up right now.',
  EHOSTUNREACH: 'There is no way through the network to the camera.',
  ENETUNREACH: 'There is no way through the network to the camera.',
  ECONNRESET: 'The camera broke off the connection.',
  EPROTO: 'The camera does not speak TLS on this port.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The camera does not speak TLS on this port.',
  ETIMEDOUT: 'The camera did not answer in time.',
};

/** Why a connection of our own failed; what has a name already stays as it is. */
export function unreachable(thrown: unknown): SentinelError {
  if (thrown instanceof SentinelError) return thrown;
  const { code, name, message } = thrown as NodeJS.ErrnoException;
  const late = name === 'AbortError' || name === 'TimeoutError';
  const words = late ? reasons.ETIMEDOUT : code === undefined ? message : reasons[code];
  return new SentinelError('ES_CAMERA_UNREACHABLE', words ?? `The camera cannot be reached (${code ?? 'error'}).`, {
    hint: 'Check that the camera is on and that host and port are right.',
  });
}

/** The failure of an address that leads on to one that is not allowed. */
export function leadsAway(): SentinelError {
  return new SentinelError('ES_BAD_ADDRESS', 'The address leads on to one that is not allowed.', {
    hint: 'Names, redirects and playlists may lead to http and https, and not to link-local or cloud metadata addresses.',
  });
}
