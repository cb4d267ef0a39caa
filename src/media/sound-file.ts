import { open } from 'node:fs/promises';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock, SoundFileDecoder } from '../contracts/ports.ts';
import { soundFormatOf, soundFormats, type SoundFormat } from '../pcm/sound-format.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { Child } from '../process/child.ts';
import { DecodedSamples } from './decoded-samples.ts';
import { pictureLimit } from './ffmpeg-arguments.ts';
import { locateFfmpeg } from './ffmpeg-program.ts';
import { lastLines } from './last-lines.ts';

/** The one demuxer that may look at a file: ffmpeg is not left to guess, for among what it guesses are playlists and scripts. */
const demuxers: Readonly<Record<SoundFormat, string>> = {
  wav: 'wav',
  mp3: 'mp3',
  flac: 'flac',
  ogg: 'ogg',
  m4a: 'mov',
};
/** Ten minutes of sound take some seconds; this is for hostile files. */
const withinMs = 60_000;
const largestAllocation = '134217728';
/** Codecs add some silence at the ends. */
const spareSeconds = 0.2;

/** Decodes sound files by ffmpeg, a child process of limited time, memory and output that can open nothing else. */
export function soundFileDecoder(clock: Clock): SoundFileDecoder {
  return {
    async decode(file, { seconds, signal }) {
      signal?.throwIfAborted();
      const format = await formatOf(file);
      const { path } = await locateFfmpeg();
      const child = new Child({ program: path, args: commandLine(file, format, seconds), clock });
      return await output(child, file, { clock, seconds, signal });
    },
  };
}

async function formatOf(file: string): Promise<SoundFormat> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new SentinelError('ES_AUDIO_INVALID', 'The sound file cannot be read.', { cause });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    const format = soundFormatOf(buffer.subarray(0, bytesRead));
    if (format !== undefined) return format;
    throw unusable(`its bytes are of none of the formats ${soundFormats.join(', ')}`);
  } finally {
    await handle.close();
  }
}

function commandLine(file: string, format: SoundFormat, seconds: number): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-max_alloc', largestAllocation, '-threads', '1'],
    ...[...pictureLimit, '-protocol_whitelist', 'file', '-f', demuxers[format], '-i', `file:${file}`],
    // A second more than is allowed shows that it is too long.
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-t', String(seconds + 1)],
    ...['-ac', '1', '-ar', String(soundWindow.sampleRate), '-f', 'f32le', 'pipe:1'],
  ];
}

async function output(
  child: Child,
  file: string,
  { clock, seconds, signal }: { clock: Clock; seconds: number; signal: AbortSignal | undefined },
): Promise<Float32Array> {
  const decoded = new DecodedSamples(Math.ceil((seconds + spareSeconds) * soundWindow.sampleRate));
  let why: SentinelError | undefined;
  const stop = (reason?: SentinelError): void => {
    why ??= reason;
    void child.stop();
  };
  const aborted = (): void => {
    stop();
  };
  const cancelLimit = clock.after(withinMs, () => {
    stop(unusable(`it could not be decoded within ${withinMs / 1000} s`));
  });
  signal?.addEventListener('abort', aborted);
  child.output(1).on('data', (chunk: Buffer) => {
    if (why !== undefined) return;
    try {
      if (!decoded.add(chunk)) stop(tooLong(seconds));
    } catch (error) {
      stop(asSentinelError(error, 'ES_AUDIO_INVALID'));
    }
  });
  const said = lastLines(child, [`file:${file}`, file], () => undefined);
  const { error } = await child.closed;
  cancelLimit();
  signal?.removeEventListener('abort', aborted);
  signal?.throwIfAborted();
  if (error !== undefined)
    throw new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.', { cause: error });
  if (why !== undefined) throw why;
  const { samples } = decoded;
  if (samples.length === 0) throw unusable(lastWords(said) ?? 'it holds no sound');
  return samples;
}

/** What ffmpeg said last, without the name of its part and the place of that in memory, and without the path. */
function lastWords(said: readonly string[]): string | undefined {
  const line = said
    .at(-1)
    ?.replace(/^\[[^\]]*\] */, '')
    .replaceAll('***', 'the file');
  return line === undefined || line === '' ? undefined : line.replace(/[.:\s]+$/, '').slice(0, 200);
}

function tooLong(seconds: number): SentinelError {
  return new SentinelError('ES_AUDIO_TOO_LONG', `The sound is longer than ${seconds} s.`, {
    hint: 'Cut it into shorter clips.',
  });
}

function unusable(why: string): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', `The sound file cannot be used: ${why}.`);
}
