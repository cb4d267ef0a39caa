import type { StateCommand } from '../contracts/commands.ts';
import { SentinelError } from '../contracts/errors.ts';
import { SingleFile } from '../inference/single-file.ts';

/** A camera or microphone that can be told what to do. */
export interface ControlledSource {
  start(): void;
  /** Settles when nothing of it runs. */
  stop(): Promise<void>;
  /** Nothing comes from it; its connection stays. */
  pause(): void;
  resume(): void;
}

/**
 * Runs a source as its commands say, one after the other: a stop has ended before the next start begins, so that a camera
 * which allows one connection is never asked for two.
 */
export class SourceControl {
  readonly #source: ControlledSource;
  readonly #commands = new SingleFile(tooMany);
  #state: 'running' | 'paused' | 'stopped' = 'running';
  #closed = false;

  /** The source runs from now on. */
  constructor(source: ControlledSource) {
    this.#source = source;
    source.start();
  }

  /**
   * What it is told already changes nothing.
   * @throws SentinelError ES_BAD_INPUT for a resume of what is stopped, or when too many commands wait.
   */
  obey(command: StateCommand): Promise<void> {
    return this.#inTurn(() => this[command]());
  }

  /** Starts anew with what `apply` changes; what is stopped or paused stays so. @throws SentinelError as `obey` */
  change(apply: () => void): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state !== 'stopped') await this.#source.stop();
      apply();
      if (this.#closed || this.#state === 'stopped') return;
      this.#source.start();
      if (this.#state === 'paused') this.#source.pause();
    });
  }

  /** For good: Node-RED may hand on messages to a node that has closed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#state !== 'stopped') await this.#source.stop();
  }

  #inTurn(work: () => Promise<void> | void): Promise<void> {
    return this.#commands.run(async () => {
      if (!this.#closed) await work();
    });
  }

  private start(): void {
    if (this.#state === 'stopped') this.#source.start();
    if (this.#state === 'paused') this.#source.resume();
    this.#state = 'running';
  }

  private async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    await this.#source.stop();
    this.#state = 'stopped';
  }

  private pause(): void {
    if (this.#state !== 'running') return;
    this.#source.pause();
    this.#state = 'paused';
  }

  private resume(): void {
    if (this.#state === 'stopped') {
      throw new SentinelError('ES_BAD_INPUT', 'What is stopped cannot go on.', { hint: 'Send the command start.' });
    }
    this.start();
  }
}

function tooMany(): SentinelError {
  return new SentinelError('ES_BAD_INPUT', 'Too many commands wait; this one was not followed.', {
    hint: 'Send commands when something changes, not all the time.',
  });
}
