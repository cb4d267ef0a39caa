import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOnPath } from '../../src/process/program-path.ts';

/**
 * A microphone without hardware: a PulseAudio of its own in a temporary folder, with a loudspeaker that plays into the
 * microphone `mic0`. ALSA programs reach it as `default`. Programs find it by `env`.
 */
export class SoundServer {
  /** Short: the path of a Unix socket has room for about a hundred bytes. */
  readonly folder = mkdtempSync(join(tmpdir(), 'es-'));
  readonly env: Readonly<Record<string, string>>;
  #server: ChildProcess | undefined;
  readonly #players = new Set<ChildProcess>();

  private constructor() {
    const run = join(this.folder, 'run');
    this.env = { HOME: this.folder, XDG_RUNTIME_DIR: run, PULSE_RUNTIME_PATH: join(run, 'pulse') };
    mkdirSync(join(run, 'pulse'), { recursive: true, mode: 0o700 });
    writeFileSync(join(this.folder, '.asoundrc'), asoundrc);
  }

  /** Which of the programs that a microphone without hardware needs are missing on this machine. */
  static async missing(): Promise<string[]> {
    const programs = ['pulseaudio', 'paplay', 'pactl', 'parec', 'arecord', 'sox', 'ffmpeg'];
    const places = await Promise.all(programs.map((program) => programOnPath(program)));
    return programs.filter((_, index) => places[index] === undefined);
  }

  static async start(): Promise<SoundServer> {
    const server = new SoundServer();
    await server.restart();
    return server;
  }

  /** Starts the server, again after `kill`. */
  async restart(): Promise<void> {
    const modules = [
      'module-native-protocol-unix',
      'module-null-sink sink_name=speaker',
      'module-remap-source master=speaker.monitor source_name=mic0',
    ];
    const args = ['--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '-n'];
    const loads = modules.flatMap((module) => ['-L', module]);
    const server = spawn('pulseaudio', [...args, ...loads], { env: this.#all, stdio: 'ignore' });
    server.on('error', () => undefined);
    this.#server = server;
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await this.#run('pactl', ['set-default-source', 'mic0'])) === 0) return;
      if (server.exitCode !== null) break;
      await sleep(50);
    }
    throw new Error('pulseaudio did not start');
  }

  /** Plays a WAV file into the microphone, once; settles when it has been played. */
  async play(file: string): Promise<void> {
    const code = await this.#run('paplay', ['--device=speaker', '--latency-msec=50', file]);
    if (code !== 0 && this.#server?.exitCode === null) throw new Error(`paplay ended with ${code}`);
  }

  /** As a power cut does it. */
  async kill(): Promise<void> {
    await end(this.#server);
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#players].map((player) => end(player)));
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #all(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.env };
  }

  async #run(program: string, args: string[]): Promise<number> {
    const child = spawn(program, args, { env: this.#all, stdio: 'ignore' });
    this.#players.add(child);
    const [code] = (await once(child, 'close')) as [number | null];
    this.#players.delete(child);
    return code ?? 1;
  }
}

/** `flood` gives endless sound as fast as it is read, as devices made of files and null devices do. */
const asoundrc = `
pcm.!default { type pulse }
pcm.flood { type null }
`;

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
