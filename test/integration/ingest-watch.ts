import type { TestContext } from 'node:test';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { Ingest, type IngestOptions } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { Receiver } from './demo-camera.ts';

/** Watches an address for the time of a test, as rtsp-in does. */
export function watch(t: TestContext, address: string, options: Partial<IngestOptions> = {}) {
  const receiver = new Receiver();
  const log = new RecordingLog();
  const view = { transport: 'tcp', width: 640, rate: 5, audio: true, captureDelayMs: 300 } as const;
  const ports = { clock: new SiteClock(), random: Math.random, log, privacy: { polygons: [], maskFile: '' } };
  const ingest = new Ingest({ address: parseSourceAddress(address), ...view, ...ports, ...options }, receiver);
  t.after(() => ingest.stop());
  ingest.start();
  return { ingest, receiver, log };
}
