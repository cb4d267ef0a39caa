import { types } from 'node:util';
import { SentinelError } from '../contracts/errors.ts';

/** Decoders overshoot full scale a little; anything far beyond is no sound. */
export const loudestSample = 16;
/** A minute of stereo at 48 kHz: more at once would hold up the event loop. */
const mostValues = 6_000_000;

/**
 * The mean of all channels, as a copy.
 * @param samples -1 to 1, or 16 bit integers; those of the channels stand in turn.
 * @throws SentinelError ES_AUDIO_INVALID
 */
export function monoOf(samples: Float32Array | Int16Array, channels: number): Float32Array {
  if (samples.length === 0) throw invalid('they are none');
  if (samples.length > mostValues) {
    throw invalid(`they are ${samples.length}, more than ${mostValues}`, 'Send shorter pieces.');
  }
  if (samples.length % channels !== 0)
    throw invalid(`they are ${samples.length}, which is not so many for each of ${channels} channels`);
  // A function node has types of its own, so `instanceof` would not do.
  const scale = types.isInt16Array(samples) ? 1 / 32_768 : 1;
  const mono = new Float32Array(samples.length / channels);
  for (let frame = 0; frame < mono.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += samples[frame * channels + channel] ?? 0;
    const sample = (sum * scale) / channels;
    // False for NaN, too.
    if (!(Math.abs(sample) <= loudestSample)) throw invalid('there are numbers among them that are no sound');
    mono[frame] = sample;
  }
  return mono;
}

function invalid(why: string, hint?: string): SentinelError {
  const options = hint === undefined ? {} : { hint };
  return new SentinelError('ES_AUDIO_INVALID', `The samples cannot be used: ${why}.`, options);
}
