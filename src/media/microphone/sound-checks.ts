import { recorderNames, type RecorderName } from '../../contracts/configs.ts';
import { SentinelError } from '../../contracts/errors.ts';
import { isOffline } from '../../contracts/messages.ts';
import { placeholderIn } from '../../contracts/placeholder.ts';
import type { Clock, Log, Random } from '../../contracts/ports.ts';
import type { SoundCheckState } from '../../contracts/sound-check.ts';
import { deviceName } from './device-name.ts';
import { microphoneError } from './failures.ts';
import { Microphone, type Machine } from './microphone.ts';
import { SoundCheck, type CheckSource } from './sound-check.ts';

/** Which microphone is to be checked: the settings as they stand in the dialog. */
export interface SoundCheckRequest {
  /** Id of the node. */
  node: string;
  recorder: string;
  device: string;
}

/** The microphone of a node. */
export interface NodeMicrophone {
  node: string;
  device: string;
  microphone: Pick<Microphone, 'tap' | 'state'>;
}

export interface SoundCheckPorts {
  clock: Clock;
  random: Random;
  /** Tests hand in their own. */
  machine?: Machine;
}

/**
 * Compares quiet with loud at the wish of a dialog, one check at a time in the whole process. A microphone that a node
 * listens to is heard through that node, since many open only once. Of the sound nothing but levels is kept.
 */
export class SoundChecks {
  readonly #ports: SoundCheckPorts;
  readonly #nodes = new Set<NodeMicrophone>();
  #check: SoundCheck | undefined;
  #count = 0;

  constructor(ports: SoundCheckPorts) {
    this.#ports = ports;
  }

  /** What a dialog asks for, from the words of its address. */
  static request(query: URLSearchParams): SoundCheckRequest {
    const word = (name: string): string => query.get(name) ?? '';
    return { node: word('node'), recorder: word('recorder'), device: word('device') };
  }

  /** A node listens from now on; a check that has its device gives way. @returns what ends that */
  join(node: NodeMicrophone): () => void {
    this.#nodes.add(node);
    this.#check?.giveWay(node.device.trim());
    return () => {
      this.#nodes.delete(node);
    };
  }

  /** @throws SentinelError ES_MICROPHONE_BUSY, ES_BAD_CONFIG, ES_RECORDER_MISSING, or why the node hears nothing */
  begin(request: SoundCheckRequest): SoundCheckState {
    const before = this.#check;
    if (before?.running === true) {
      throw new SentinelError('ES_MICROPHONE_BUSY', 'Another check of a microphone is running.', {
        hint: 'Try again in some seconds.',
      });
    }
    this.#count += 1;
    const id = `${this.#count}-${Math.floor(this.#ports.random() * 2 ** 32).toString(36)}`;
    this.#check = new SoundCheck(id, this.#ports.clock, this.#open(request, before?.ended));
    return this.#check.state();
  }

  /** @throws SentinelError ES_BAD_INPUT when there is no such check (any more) */
  state(id: string): SoundCheckState {
    if (this.#check?.id !== id) throw new SentinelError('ES_BAD_INPUT', 'This check is over.');
    return this.#check.state();
  }

  /** Ends a check early; does nothing when it is over. Settles when its recorder is gone. */
  async stop(id: string): Promise<void> {
    if (this.#check?.id === id) await this.#check.stop();
  }

  #open({ node, recorder, device }: SoundCheckRequest, before: Promise<unknown> = Promise.resolve()): CheckSource {
    const variable = placeholderIn(device) ?? placeholderIn(recorder);
    const running = [...this.#nodes].find((one) =>
      variable === undefined ? one.device.trim() === device.trim() : one.node === node,
    );
    if (running !== undefined) return shared(running);
    if (variable !== undefined) {
      throw new SentinelError('ES_BAD_CONFIG', `Only the running node knows what ${variable.variable} stands for.`, {
        hint: 'Deploy, then check again.',
      });
    }
    return owned({ recorder: recorderNamed(recorder), device: deviceName(device), ...this.#ports }, before);
  }
}

function shared({ microphone }: NodeMicrophone): CheckSource {
  const { status, detail } = microphone.state;
  if (isOffline(status) && status !== 'probing' && status !== 'connecting') {
    throw microphoneError('ES_MICROPHONE_UNREACHABLE', `The node that listens to it hears nothing: ${detail}`);
  }
  return {
    open: (hear) => {
      const leave = microphone.tap(hear);
      return () => {
        leave();
        return Promise.resolve();
      };
    },
  };
}

const noLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @param before what has to be over first: the same device may not open twice */
function owned(
  options: { recorder: RecorderName | 'auto'; device: string } & SoundCheckPorts,
  before: Promise<unknown>,
): CheckSource {
  let failed: (error: SentinelError) => void = () => undefined;
  const microphone = new Microphone(
    { captureDelayMs: 0, faultSeconds: 0, log: noLog, ...options },
    {
      window: () => undefined,
      level: () => undefined,
      status: ({ error }) => {
        if (error !== undefined) failed(error);
      },
    },
    options.machine,
  );
  return {
    device: options.device,
    open: (hear, onFailure) => {
      failed = onFailure;
      microphone.tap(hear);
      let closed = false;
      const started = before.then(() => {
        if (!closed) microphone.start();
      });
      return async () => {
        closed = true;
        await started;
        await microphone.stop();
      };
    },
  };
}

function recorderNamed(name: string): RecorderName | 'auto' {
  const known = (['auto', ...recorderNames] as const).find((one) => one === name);
  if (known !== undefined) return known;
  throw new SentinelError('ES_BAD_CONFIG', `There is no recorder "${name.slice(0, 40)}".`);
}
