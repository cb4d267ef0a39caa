import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Machine } from '../../../../src/media/microphone/microphone.ts';

/** A recorder that a test drives by hand; it behaves to its parent as a process does. */
export class ScriptedRecorder extends EventEmitter {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly stdio = [null, this.stdout, this.stderr];
  readonly pid = 4711;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  readonly signals: string[] = [];
  /** Whether it ends by SIGTERM, as programs should. */
  obeys = true;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    super();
    this.program = program;
    this.args = args;
    this.env = env;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    this.signals.push(signal);
    if (this.obeys || signal === 'SIGKILL') {
      setImmediate(() => {
        this.end(null, signal);
      });
    }
    return true;
  }

  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    [this.exitCode, this.signalCode] = [code, signal];
    this.emit('close', code, signal);
  }

  /** Prints a line and ends, as a recorder does that cannot record. */
  async fail(line: string): Promise<void> {
    this.stderr.write(`${line}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    this.end(1);
  }
}

/** A Linux machine with some recorders on it. */
export class ScriptedMachine implements Machine {
  readonly platform = 'linux';
  installed: string[];
  readonly started: ScriptedRecorder[] = [];

  constructor(...installed: string[]) {
    this.installed = installed;
  }

  find(name: string): Promise<string | undefined> {
    return Promise.resolve(this.installed.includes(name) ? `/usr/bin/${name}` : undefined);
  }

  readonly starters = {
    spawn: ((program: string, args: readonly string[], { env = {} }: { env?: NodeJS.ProcessEnv }) =>
      this.#started(program, args, env)) as typeof spawn,
    lpcm16: (recorder: string, device: string | undefined, env: NodeJS.ProcessEnv) =>
      this.#started(recorder, device === undefined ? [] : [device], env),
  };

  get last(): ScriptedRecorder {
    const last = this.started.at(-1);
    if (last === undefined) throw new Error('no recorder was started');
    return last;
  }

  #started(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const recorder = new ScriptedRecorder(program, args, env);
    this.started.push(recorder);
    return recorder as unknown as ChildProcess;
  }
}
