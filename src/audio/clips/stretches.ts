import { resampleReach } from '../../pcm/resample.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { WavFile } from '../../pcm/wav.ts';
import type { ClipPart } from '../clip-parts.ts';
import { frameHop } from '../log-mel.ts';

/** A piece of a clip that is judged in one go. */
export interface ClipStretch extends ClipPart {
  /** Windows that begin in it; the last ones of a clip may reach beyond its end, into silence. */
  windows: number;
  /** Samples at 16 kHz that no later stretch has: what its level is measured of. */
  own: number;
  /** Log-mel rows of each column of a spectrogram; 0: none is drawn. */
  rowsPerColumn: number;
}

/** 25 hops are 12 s: the stretches of a clip begin at whole seconds, which are whole samples at every rate. */
const usualWindows = 25;
/** Above this rate a stretch would take too long: they have 5 hops, 2.4 s, which are whole samples at all rates that there are. */
const highRate = 48_000;
const fewWindows = 5;

function windowsAtOnce(rate: number): number {
  return rate > highRate && rate % fewWindows === 0 ? fewWindows : usualWindows;
}

/** What a stretch costs, in windows at 16 kHz: bringing others to that rate takes longer than all the rest. */
export function weightOf({ windows, format: { sampleRate } }: Pick<ClipStretch, 'windows' | 'format'>): number {
  return sampleRate === soundWindow.sampleRate ? windows : windows * (1 + sampleRate / 19_200);
}

/** How many windows a sound of so many samples at 16 kHz has: as many as a live stream would make of it, and the rest. */
function windowCount(samples: number): number {
  return 1 + Math.max(0, Math.ceil((samples - soundWindow.samples) / soundWindow.hop));
}

/** How many log-mel rows make a column, so that there are no more columns than that and none lies in two stretches. */
export function rowsPerColumn({ frames, format: { sampleRate } }: WavFile, mostColumns: number): number {
  const rows = Math.ceil((frames * soundWindow.sampleRate) / sampleRate / frameHop);
  const rowsAtOnce = (windowsAtOnce(sampleRate) * soundWindow.hop) / frameHop;
  let together = Math.max(1, Math.ceil(rows / mostColumns));
  while (rowsAtOnce % together !== 0 && together < rowsAtOnce) together += 1;
  return together;
}

/** Cuts a clip into stretches; each copies only its own bytes. */
export function* clipStretches(
  { format, frames, frameBytes, data }: WavFile,
  together: number,
): Generator<ClipStretch> {
  const { sampleRate: rate } = format;
  const samples = Math.ceil((frames * soundWindow.sampleRate) / rate);
  const reach = resampleReach(rate, soundWindow.sampleRate);
  const total = windowCount(samples);
  const most = windowsAtOnce(rate);
  for (let first = 0; first < total; first += most) {
    const windows = Math.min(most, total - first);
    const from = first * soundWindow.hop;
    const start = (from * rate) / soundWindow.sampleRate;
    const count = Math.min(samples - from, (windows - 1) * soundWindow.hop + soundWindow.samples);
    const lead = Math.min(start, reach);
    const begin = start - lead;
    const end = Math.min(frames, start + Math.ceil((count * rate) / soundWindow.sampleRate) + reach);
    yield {
      bytes: new Uint8Array(data.subarray(begin * frameBytes, end * frameBytes)),
      ...{ format, lead, count, windows, rowsPerColumn: together },
      own: first + windows < total ? windows * soundWindow.hop : count,
    };
  }
}
