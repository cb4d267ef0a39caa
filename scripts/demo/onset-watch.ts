import type { RtspRelay } from '../../src/media/rtsp-server/relay.ts';
import type { Scenario } from './scenario.ts';

/** A pane whose first sample has passed the relay. */
export interface Onset {
  /** Counts all panes since the stream began. */
  number: number;
  /** When the RTP packet that holds the first sample arrived, by the relay's clock. */
  arrivedAt: number;
}

/**
 * Tells for every pane of a looping clip when the RTP packet with its first sample passed the relay, by counting
 * RTP time from the first packet. Must begin before the clip is published; each onset is told with the packet that
 * follows it. The result ends the watch.
 */
export function watchOnsets(
  relay: RtspRelay,
  path: string,
  scenario: Scenario,
  onOnset: (onset: Onset) => void,
): () => void {
  const panes = [...scenario.panes].sort((a, b) => a - b);
  let first: number | undefined;
  let previousArrival = 0;
  let told = 0;
  const secondsOf = (number: number): number =>
    Math.floor(number / panes.length) * scenario.duration + (panes[number % panes.length] ?? 0);
  return relay.watch((packet) => {
    if (packet.path !== path || packet.media !== 'audio') return;
    first ??= packet.timestamp;
    // RTP timestamps start anywhere and wrap at 32 bits.
    const elapsed = ((packet.timestamp - first) >>> 0) / packet.clockRate;
    while (panes.length > 0 && secondsOf(told) < elapsed) {
      onOnset({ number: told, arrivedAt: previousArrival });
      told += 1;
    }
    previousArrival = packet.arrivedAt;
  });
}
