import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const [near, far] = ['10.77.0.1', '10.77.0.2'];
const farDevice = '02:00:00:00:00:02';
const run = promisify(execFile);

/** How a process gets a network of its own: what may work for anybody, and what works for root alone. */
const ways = [['--user', '--map-root-user', '--net'], ['--net']] as const;

/** Arguments for `unshare` that give a program a network in which it may build cables; undefined where nobody lets us. */
export async function ownNetwork(): Promise<readonly string[] | undefined> {
  for (const way of ways) {
    const tried = run('unshare', [...way, 'unshare', '--net', 'ip', 'link', 'add', 'near', 'type', 'veth']);
    if (await tried.then(() => true).catch(() => false)) return way;
  }
  return undefined;
}

/**
 * A camera on a machine of its own, at the other end of a cable: in a network namespace. Packets on the cable can vanish, in
 * both directions and with nobody to say so. For a process that `ownNetwork` started.
 */
export class FarCamera {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#child = child;
    this.url = `rtsp://${far}:${port}/front`;
  }

  static async start(): Promise<FarCamera> {
    const child = fork(join(import.meta.dirname, '..', 'hosts', 'camera-server.ts'), ['clip', '0', '0.0.0.0'], {
      execPath: 'unshare',
      execArgv: ['--net', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath],
    });
    const [said] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('The camera ended before it showed anything.');
      }),
    ])) as [{ published: string }];
    const camera = new FarCamera(child, new URL(said.published).port);
    await camera.#connect();
    return camera;
  }

  async vanish(): Promise<void> {
    await this.#there('ip', 'route', 'add', 'blackhole', `${near}/32`);
  }

  async appear(): Promise<void> {
    await this.#there('ip', 'route', 'del', 'blackhole', `${near}/32`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #connect(): Promise<void> {
    const cable = `link add near type veth peer name far address ${farDevice} netns ${this.#child.pid}`;
    await run('ip', cable.split(' '));
    await run('ip', ['link', 'set', 'lo', 'up']);
    await run('ip', ['link', 'set', 'near', 'up']);
    await run('ip', ['address', 'add', `${near}/30`, 'dev', 'near']);
    await this.#there('ip', 'link', 'set', 'far', 'up');
    await this.#there('ip', 'address', 'add', `${far}/30`, 'dev', 'far');
    // Else the silence of the hole would end as "no route to host".
    await run('ip', ['neighbour', 'replace', far, 'lladdr', farDevice, 'dev', 'near', 'nud', 'permanent']);
  }

  async #there(...command: readonly string[]): Promise<void> {
    await run('nsenter', ['--net', '--target', String(this.#child.pid), ...command]);
  }
}
