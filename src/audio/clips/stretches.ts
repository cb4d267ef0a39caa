import { resampleReach } from '../../pcm/resample.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { WavFile } from '../../pcm/wav.ts';
import type { ClipPart } from '../clip-parts.ts';

/** A piece of a clip that is judged in one go. */
export interface ClipStretch extends ClipPart {
  /** Windows that begin in it; the last ones of a clip may reach beyond its end, into silence. */
  windows: number;
  /** Samples at 16 kHz that no later stretch has: what its level is measured of. */
  own: number;
  /** Also give its log-mel rows. */
  rows: boolean;
}

/** 25 hops are 12 s: the stretches of a clip begin at whole seconds, which are whole samples at every rate. */
const windowsAtOnce = 25;
const secondsAtOnce = (windowsAtOnce * soundWindow.hop) / soundWindow.sampleRate;

/** How many windows a sound of so many samples at 16 kHz has: as many as a live stream would make of it, and the rest. */
export function windowCount(samples: number): number {
  return 1 + Math.max(0, Math.ceil((samples - soundWindow.samples) / soundWindow.hop));
}

/** Cuts a clip into stretches; each copies only its own bytes. */
export function* clipStretches({ format, frames, frameBytes, data }: WavFile, rows: boolean): Generator<ClipStretch> {
  const { sampleRate: rate } = format;
  const samples = Math.ceil((frames * soundWindow.sampleRate) / rate);
  const reach = resampleReach(rate, soundWindow.sampleRate);
  const total = windowCount(samples);
  for (let first = 0, start = 0; first < total; first += windowsAtOnce, start += secondsAtOnce) {
    const windows = Math.min(windowsAtOnce, total - first);
    const from = start * soundWindow.sampleRate;
    const count = Math.min(samples - from, (windows - 1) * soundWindow.hop + soundWindow.samples);
    const lead = Math.min(start * rate, reach);
    const begin = start * rate - lead;
    const end = Math.min(frames, start * rate + Math.ceil((count * rate) / soundWindow.sampleRate) + reach);
    yield {
      bytes: new Uint8Array(data.subarray(begin * frameBytes, end * frameBytes)),
      ...{ format, lead, count, windows, rows },
      own: first + windows < total ? windows * soundWindow.hop : count,
    };
  }
}
