import type { Clock } from '../contracts/ports.ts';
import { redact } from '../network/redact.ts';
import { Child } from '../process/child.ts';
import { failureFrom } from './failures.ts';
import { inputCommand, type SourceOptions } from './ffmpeg-arguments.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import type { Credentials } from './rtsp/authorization.ts';
import { describeStream } from './rtsp/describe.ts';

const probeWithinMs = 15_000;
const longestReport = 64 * 1024;

/**
 * Finds out whether a source has sound, and in passing whether it can be reached at all. ffmpeg would end at once
 * if it were asked for a sound track that is not there.
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_STREAM_UNUSABLE,
 *   ES_FFMPEG_UNSUITABLE
 */
export async function hasSound(
  source: SourceOptions,
  ports: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<boolean> {
  const { protocol, location } = source.address;
  if (protocol === 'device') return false;
  if (protocol === 'rtsp' || protocol === 'rtsps') {
    const media = await describeStream(location, credentialsOf(source), ports.signal);
    return media.some((track) => track.media === 'audio');
  }
  const report = await inspect(source, ports);
  if (!/Stream #.*: Video:/.test(report)) throw failureFrom(redact(report).trim().split('\n'));
  return /Stream #.*: Audio:/.test(report);
}

/** Given credentials win over those of the address, as in `withCredentials`. */
export function credentialsOf({ address, username, password }: SourceOptions): Credentials | undefined {
  const chosen = username === undefined || username === '' ? address : { username, password };
  if (chosen.username === undefined || chosen.username === '') return undefined;
  return { username: chosen.username, password: chosen.password ?? '' };
}

/** What `ffmpeg -i` prints of a source before it ends for want of an output. */
async function inspect(
  source: SourceOptions,
  { program, clock, signal }: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<string> {
  const { args, input } = inputCommand(source, program);
  const child = new Child({
    program: program.path,
    args: ['-hide_banner', ...args],
    ...(input === undefined ? {} : { input }),
    clock,
  });
  let report = '';
  child.output(1).resume();
  child.output(2).on('data', (chunk: Buffer) => {
    if (report.length < longestReport) report += chunk.toString();
  });
  const stop = (): void => void child.stop();
  const cancel = clock.after(probeWithinMs, stop);
  signal.addEventListener('abort', stop);
  await child.closed;
  signal.removeEventListener('abort', stop);
  cancel();
  return report;
}
