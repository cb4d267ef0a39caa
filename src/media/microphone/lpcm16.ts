import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { soundWindow } from '../../pcm/sound-window.ts';

/** The part of node-record-lpcm16 1.0 that is used; it brings no types. */
interface Lpcm16 {
  record: (options: object) => { process: ChildProcess };
}

/**
 * Starts a recorder by node-record-lpcm16, which knows the arguments of arecord and sox. It listens to no error of the
 * process and throws strings as errors of the stream, so whoever gets the process must listen to both at once.
 */
export function startLpcm16(
  recorder: 'arecord' | 'sox',
  device: string | undefined,
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const { record } = createRequire(import.meta.url)('node-record-lpcm16') as Lpcm16;
  const options = { recorder, sampleRate: soundWindow.sampleRate, channels: 1, audioType: 'raw' };
  return within(env, () => record({ ...options, ...(device === undefined ? {} : { device }) }).process);
}

/** The library passes our whole environment on, secrets and all; a process copies it while it is started. */
function within<T>(env: NodeJS.ProcessEnv, start: () => T): T {
  const ours = process.env;
  process.env = env;
  try {
    return start();
  } finally {
    process.env = ours;
  }
}
