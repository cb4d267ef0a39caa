import { RtspRelay, type RelayOptions } from '../../src/media/rtsp-server/relay.ts';
import { Faults } from './rtsp-faults.ts';

export interface DemoRelayOptions extends Omit<RelayOptions, 'now' | 'alter'> {
  now?: () => number;
  /** For the faults. */
  random?: () => number;
}

/** The RTSP server of the demo and the tests: it can be told to behave badly. */
export class DemoRelay extends RtspRelay {
  /** What tests do to the streams. */
  readonly faults: Faults;

  constructor({ now = Date.now, random = Math.random, ...options }: DemoRelayOptions = {}) {
    const faults = new Faults(random);
    super({ ...options, now, alter: (packet, control) => faults.apply(packet, control) });
    this.faults = faults;
  }
}
