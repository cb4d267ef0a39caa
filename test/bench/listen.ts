import { soundDefaults } from '../eval/sound-finder.ts';
import { liveMicrophones } from './listen/live-microphones.ts';
import { resamplingMs, streamCost } from './listen/stream-cost.ts';
import { transientRecall } from './listen/transients.ts';

/**
 * What it costs to listen, and what overlapping windows are good for: the front end and the model of one stream in a thread of
 * its own, eight live microphones in a real Node-RED, and the recall of sounds of 0.3 s.
 */
export default async function listen(): Promise<Record<string, unknown>> {
  console.error('one stream');
  const [half, quarter] = [await streamCost(), await streamCost(3840)];
  console.error('transients');
  const transients = await transientRecall();
  console.error('eight microphones');
  const mics = await liveMicrophones();
  const { overlapped, disjoint, quarter: everyQuarter } = transients.recall;
  return {
    logmel_ms_per_s: half.logmelMs,
    model_ms_per_window: half.modelMsPerWindow,
    realtime_factor: half.realtimeFactor,
    cpu_percent_8_mics: mics.nodeRed,
    transient_recall: { overlapped, disjoint, overlapped_quarter: everyQuarter },
    transients_reported: {
      ...{ overlapped: transients.decided.overlapped, disjoint: transients.decided.disjoint },
      overlapped_quarter: transients.decided.quarter,
    },
    transients: transients.scenes,
    quarter_hop: { logmel_ms_per_s: quarter.logmelMs, realtime_factor: quarter.realtimeFactor },
    resample_ms_per_s: { from_44100: await resamplingMs(44_100), from_48000: await resamplingMs(48_000) },
    recorders_cpu_percent: mics.recorders,
    idle_cpu_percent: mics.idle,
    windows_analysed: mics.analysed,
    model: soundDefaults.model,
  };
}
