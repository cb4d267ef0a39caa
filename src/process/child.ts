import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../contracts/ports.ts';

/** A stalled ffmpeg ignores the first SIGTERM and obeys the second; SIGKILL is for what ignores both. */
const secondTermMs = 700;
const killMs = 2000;

const inherited =
  /^(PATH|PATHEXT|HOME|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|LD_LIBRARY_PATH|DYLD_.*|XDG_RUNTIME_DIR)$/i;

/** What a child may know of our environment: where programs, libraries and folders are, never a secret. */
export function childEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => inherited.test(name)));
}

/** How a process comes to be: `spawn`, or a library that insists on doing it itself. */
export type Starter = (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

type Taker = 'pipe' | number;

export interface ChildOptions {
  program: string;
  args: readonly string[];
  /** Variables beyond those that every child inherits. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is then closed; without it the child has no input. */
  input?: string | Uint8Array;
  /** What takes its stdout: a pipe, or a descriptor of our own, which the caller closes. */
  stdout?: Taker;
  /** What takes its file descriptors 3 and up. */
  extra?: readonly Taker[];
  start?: Starter;
  clock: Clock;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why the program could not be started. */
  error?: Error;
}

/**
 * A child process that always ends: started without a shell, ended by SIGTERM, SIGTERM, SIGKILL, and only over when
 * its pipes are closed. Whoever starts one must read every pipe: a full pipe stops the child.
 */
export class Child {
  /** Settles when the child has ended and its pipes are closed; never rejects. */
  readonly closed: Promise<ChildExit>;
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  readonly #cancels: (() => void)[] = [];
  #stopping = false;

  constructor(options: ChildOptions) {
    const { program, args, input, stdout = 'pipe', extra = [], start = spawn, clock } = options;
    this.#clock = clock;
    this.#process = start(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', stdout, 'pipe', ...extra],
      env: { ...childEnvironment(), ...options.env },
      windowsHide: true,
      // A group of its own: Ctrl-C in a terminal reaches only Node-RED, which then ends its children in order.
      detached: process.platform !== 'win32',
    });
    this.closed = this.#untilClosed();
    for (const stream of this.#process.stdio) stream?.on('error', ignore);
    this.#process.stdin?.end(input);
  }

  /** Whether it was asked to end: what it says from then on is no news. */
  get stopping(): boolean {
    return this.#stopping;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Output of a file descriptor: 1 stdout, 2 stderr, 3 and up the extra pipes. */
  output(descriptor: number): Readable {
    const stream = this.#process.stdio[descriptor];
    if (descriptor < 1 || stream === null || stream === undefined) {
      throw new RangeError(`The child has no output ${descriptor}.`);
    }
    return stream as Readable;
  }

  /** Ends the child; may be called at any time and more than once. */
  stop(): Promise<ChildExit> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#signal('SIGTERM');
      this.#cancels.push(
        this.#clock.after(secondTermMs, () => {
          this.#signal('SIGTERM');
        }),
        this.#clock.after(killMs, () => {
          this.#signal('SIGKILL');
        }),
      );
    }
    return this.closed;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill(signal);
  }

  #untilClosed(): Promise<ChildExit> {
    return new Promise((resolve) => {
      let error: Error | undefined;
      this.#process.on('error', (thrown) => {
        error = thrown;
      });
      this.#process.on('close', (code, signal) => {
        for (const cancel of this.#cancels) cancel();
        resolve({ code, signal, ...(error === undefined ? {} : { error }) });
      });
    });
  }
}

/** A broken pipe says no more than the exit that follows it. */
function ignore(): void {
  // Nothing to do.
}
