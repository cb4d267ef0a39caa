import { SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { StreamStatusName } from '../contracts/messages.ts';

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
    pattern: /matches no streams|does not contain any stream|Invalid data found|could not find codec/i,
    name: 'ES_STREAM_UNUSABLE',
    words: 'The source has no picture that can be decoded.',
    hint: 'Check that the address leads to a video stream.',
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
