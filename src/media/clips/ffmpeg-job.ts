import ffmpeg from 'fluent-ffmpeg';
import { SentinelError } from '../../contracts/errors.ts';
import type { Clock } from '../../contracts/ports.ts';
import { redact } from '../../network/redact.ts';
import { childEnvironment } from '../../process/child.ts';

/** A short run of ffmpeg on files. */
export interface FfmpegJob {
  /** Path of ffmpeg. */
  program: string;
  input: { file: string; options: readonly string[] };
  output: { file: string; options: readonly string[] };
  withinMs: number;
  /** Lets everything else go first: for what computes for seconds. */
  patient: boolean;
}

export interface JobPorts {
  clock: Clock;
  /** Ends the job. */
  signal: AbortSignal;
}

/** Runs a job. @throws SentinelError ES_CLIP_FAILED; the reason of the signal when it was aborted before */
export type JobRunner = (job: FfmpegJob, ports: JobPorts) => Promise<void>;

/** Behind the rest of the machine, but not idle. */
const patientNiceness = 10;

/** Told the end of a process, and what it printed. */
type Ended = (error: Error | null | undefined, output?: Printed, said?: Printed) => void;
interface Printed {
  get: () => string;
}
const nothing: Printed = { get: () => '' };

/** Where fluent-ffmpeg starts every process of a command; its types do not name it. */
interface Spawning {
  _spawnFfmpeg: (args: string[], options: object, ...callbacks: [...unknown[], Ended]) => void;
}

/**
 * Runs one ffmpeg by fluent-ffmpeg: without a shell, without our environment, and killed at its time limit. This is the only
 * module that knows the library.
 */
export const runFfmpegJob: JobRunner = async (job, { clock, signal }) => {
  signal.throwIfAborted();
  const command = ffmpeg({ niceness: job.patient ? patientNiceness : 0 });
  command.setFfmpegPath(job.program);
  mendSpawning(command as unknown as Spawning);
  command
    .input(job.input.file)
    .inputOptions(['-hide_banner', '-nostdin', '-loglevel', 'error', ...job.input.options])
    .outputOptions([...job.output.options])
    .output(job.output.file);
  let why: string | undefined;
  const kill = (reason: string): void => {
    why ??= reason;
    command.kill('SIGKILL');
  };
  const stop = (): void => {
    kill('it was stopped.');
  };
  const cancel = clock.after(job.withinMs, () => {
    kill(`it took longer than ${job.withinMs / 1000} s.`);
  });
  signal.addEventListener('abort', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      command.on('end', () => {
        resolve();
      });
      command.on('error', (error: Error, _output: unknown, said: unknown) => {
        reject(failed(why ?? lastLine(said) ?? error.message, error));
      });
      // The library asks ffmpeg some questions first: a limit that struck meanwhile counts from here on.
      command.on('start', () => {
        if (why !== undefined) command.kill('SIGKILL');
      });
      command.run();
    });
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
  }
};

/**
 * The library hands our whole environment on, secrets and all. And when a program cannot be started, it stumbles over what
 * that did not print, which would end Node-RED.
 */
function mendSpawning(command: Spawning): void {
  const spawn = command._spawnFfmpeg.bind(command);
  command._spawnFfmpeg = (args, options, ...callbacks) => {
    const ended = callbacks.pop() as Ended;
    spawn(args, { ...options, env: childEnvironment() }, ...callbacks, (error, output = nothing, said = nothing) => {
      ended(error, output, said);
    });
  };
}

function lastLine(said: unknown): string | undefined {
  if (typeof said !== 'string') return undefined;
  const line = said
    .trim()
    .split(/[\r\n]+/)
    .at(-1);
  return line === undefined || line === '' ? undefined : redact(line).slice(0, 300);
}

function failed(why: string, cause: Error): SentinelError {
  return new SentinelError('ES_CLIP_FAILED', `What was kept of the camera could not be put together: ${why}`, {
    cause,
  });
}
