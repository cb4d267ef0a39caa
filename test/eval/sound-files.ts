import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asSentinelError, SentinelError } from '../../src/contracts/errors.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { childEnvironment } from '../../src/process/child.ts';

/** Of a file; an hour of sound takes 230 MB. */
const longestSeconds = 3600;
const decodeWithinMs = 120_000;
const form = ['-ac', '1', '-ar', `${soundWindow.sampleRate}`, '-t', `${longestSeconds}`, '-f', 'f32le'];

type Sound = Float32Array | SentinelError;

/**
 * Reads sound files: WAV as audio-classify does, and all other forms, or a WAV file that it does not take, by ffmpeg.
 * @param readWav reads the bytes of a WAV file. @throws SentinelError ES_AUDIO_INVALID
 * @returns for each file mono samples at 16 kHz, or ES_AUDIO_INVALID, with the cause ENOENT for one that is not there.
 * @throws SentinelError ES_FFMPEG_MISSING
 */
export async function readSounds(files: readonly string[], readWav: (bytes: Buffer) => Float32Array) {
  const sounds = new Map<string, Sound>();
  const foreign: string[] = [];
  for (const file of new Set(files)) {
    const beginning = await beginningOf(file);
    if (beginning instanceof SentinelError) sounds.set(file, beginning);
    else {
      const own = beginning === 'RIFF' ? readOurs(await readFile(file), readWav) : undefined;
      if (own === undefined) foreign.push(file);
      else sounds.set(file, own);
    }
  }
  const decoded = await decodeAll(foreign);
  return files.map((file): Sound => sounds.get(file) ?? decoded.get(file) ?? unusable('it holds no sound'));
}

async function beginningOf(file: string): Promise<string | SentinelError> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return asSentinelError(cause, 'ES_AUDIO_INVALID');
  }
}

/** A WAV file that the node refuses may be one that ffmpeg can decode. */
function readOurs(bytes: Buffer, readWav: (bytes: Buffer) => Float32Array): Float32Array | undefined {
  try {
    return readWav(bytes);
  } catch (error) {
    if (error instanceof SentinelError && error.name === 'ES_AUDIO_INVALID') return undefined;
    throw error;
  }
}

/** All in one run: to start ffmpeg takes longer than to decode a clip. One that cannot be opened ends it for all; then each has its own. */
async function decodeAll(files: readonly string[]): Promise<Map<string, Sound>> {
  if (files.length === 0) return new Map();
  try {
    return new Map(zip(files, await decode(files)));
  } catch (error) {
    if (!(error instanceof SentinelError) || error.name !== 'ES_AUDIO_INVALID') throw error;
    if (files.length === 1) return new Map(zip(files, [error]));
    const alone = await Promise.all(files.map((file) => decodeAll([file])));
    return new Map(alone.flatMap((one) => [...one]));
  }
}

async function decode(files: readonly string[]): Promise<Sound[]> {
  const { path } = await locateFfmpeg();
  const folder = await mkdtemp(join(tmpdir(), 'eval-audio-'));
  try {
    const raw = files.map((_, index) => join(folder, `${index}.raw`));
    const inputs = files.flatMap((file) => ['-i', `file:${file}`]);
    const outputs = raw.flatMap((file, index) => ['-map', `${index}:a:0`, ...form, file]);
    await promisify(execFile)(path, ['-v', 'error', '-nostdin', '-y', ...inputs, ...outputs], {
      ...{ timeout: decodeWithinMs * files.length, env: childEnvironment() },
    }).catch((cause: unknown) => {
      const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1);
      throw new SentinelError('ES_AUDIO_INVALID', `ffmpeg cannot decode it: ${said ?? String(cause)}.`, { cause });
    });
    return await Promise.all(
      raw.map(async (file) => {
        const bytes = await readFile(file);
        const samples = new Float32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
        if (samples.length === 0) return unusable('it holds no sound');
        return samples.every(Number.isFinite) ? samples : unusable('it holds numbers that are no sound');
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function zip<One, Other>(ones: readonly One[], others: readonly Other[]): [One, Other][] {
  return ones.flatMap((one, index) => (index < others.length ? [[one, others[index] as Other]] : []));
}

function unusable(why: string): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', why);
}
