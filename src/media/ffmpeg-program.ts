import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { SentinelError } from '../contracts/errors.ts';
import { childEnvironment } from '../process/child.ts';
import { programOnPath } from '../process/program-path.ts';

/** An ffmpeg and what it can do, found out by asking it: version strings of builds say little. */
export interface FfmpegProgram {
  path: string;
  /** What the user should know about this build. */
  warning?: string;
  /** RTSP socket timeout in microseconds: called `stimeout` up to 4.x, where `timeout` means to listen. */
  rtspTimeoutOption: 'timeout' | 'stimeout';
  /** Output option that passes every selected frame on and never repeats one. */
  passEveryFrame: readonly string[];
  /** Reads input options from an ffconcat script, so that the address need not stand on the command line. */
  hidesAddress: boolean;
}

export interface FfmpegSearch {
  /** Path that the user chose. It must work: no other program is tried then. */
  configured?: string;
  env?: NodeJS.ProcessEnv;
}

const answerWithinMs = 15_000;
const known = new Map<string, Promise<FfmpegProgram>>();

/**
 * Finds ffmpeg: the configured path or FFMPEG_PATH, else PATH, else the package @ffmpeg-installer/ffmpeg where it is
 * installed. What a program can do is asked once.
 * @throws SentinelError ES_FFMPEG_MISSING; ES_FFMPEG_UNSUITABLE for a program that is no ffmpeg, or cannot read RTSP
 */
export async function locateFfmpeg(search: FfmpegSearch = {}): Promise<FfmpegProgram> {
  const env = search.env ?? process.env;
  const configured = [search.configured, env.FFMPEG_PATH].find((path) => path !== undefined && path !== '');
  if (configured !== undefined) return ask(configured);
  const onPath = await programOnPath('ffmpeg', env.PATH ?? '');
  if (onPath !== undefined) return ask(onPath);
  const packaged = packagedFfmpeg();
  if (packaged === undefined) throw missing('No ffmpeg was found on this machine.');
  return {
    ...(await ask(packaged)),
    warning: 'ffmpeg of 2018 from the package @ffmpeg-installer/ffmpeg: install the one of your system.',
  };
}

/** How a program calls its own version, such as `5.1.9-0+deb12u1`; empty where it does not say. */
export async function ffmpegVersion({ path }: FfmpegProgram): Promise<string> {
  return /^ffmpeg version (\S+)/.exec(await say(path, ['-version']))?.[1] ?? '';
}

function ask(path: string): Promise<FfmpegProgram> {
  let answer = known.get(path);
  if (answer === undefined) {
    answer = capabilitiesOf(path);
    known.set(path, answer);
    // A program that is not there today may be installed tomorrow.
    answer.catch(() => known.delete(path));
  }
  return answer;
}

async function capabilitiesOf(path: string): Promise<FfmpegProgram> {
  const [rtsp, options, concat] = await Promise.all([
    say(path, ['-hide_banner', '-h', 'demuxer=rtsp']),
    say(path, ['-hide_banner', '-h', 'long']),
    // The script is read whole before its file is opened, so the missing file does not matter.
    say(
      path,
      ['-hide_banner', '-f', 'concat', '-i', 'pipe:0'],
      "ffconcat version 1.0\nfile 'none'\noption probesize 32\n",
    ),
  ]);
  if (!/-s?timeout\b/.test(rtsp)) throw unsuitable(path);
  return {
    path,
    rtspTimeoutOption: rtsp.includes('-stimeout') ? 'stimeout' : 'timeout',
    passEveryFrame: options.includes('-fps_mode') ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'],
    hidesAddress: !concat.includes("unknown keyword 'option'"),
  };
}

/** What the program prints, on either stream and whatever its exit code. */
function say(path: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = { timeout: answerWithinMs, maxBuffer: 1 << 22, windowsHide: true, env: childEnvironment() };
    const child = execFile(path, args, settings, (error, stdout, stderr) => {
      // A string is the code of a spawn that failed (ENOENT, EACCES); a number is ffmpeg's own exit code.
      if (error !== null && (typeof error.code === 'string' || error.killed === true)) {
        reject(missing(`The ffmpeg program "${path}" cannot be started (${String(error.code ?? 'no answer')}).`));
      } else resolve(stdout + stderr);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** The package's own resolver, which also makes the file executable; it throws where it has no build. */
function packagedFfmpeg(): string | undefined {
  try {
    const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
    return installer.path;
  } catch {
    return undefined;
  }
}

const installLines: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Install it with "sudo apt install ffmpeg", "sudo dnf install ffmpeg" or "apk add ffmpeg".',
  darwin: 'Install it with "brew install ffmpeg".',
  win32: 'Install it with "winget install ffmpeg".',
};

function unsuitable(path: string): SentinelError {
  return new SentinelError(
    'ES_FFMPEG_UNSUITABLE',
    `The program "${path}" is no ffmpeg, or one too old to watch cameras.`,
    {
      hint: `${installLine()} Or set FFMPEG_PATH to another program.`,
    },
  );
}

function installLine(): string {
  return installLines[process.platform] ?? 'Install ffmpeg with the package manager of your system.';
}

function missing(message: string): SentinelError {
  return new SentinelError('ES_FFMPEG_MISSING', message, {
    hint: `${installLine()} Or set FFMPEG_PATH to the program.`,
  });
}
