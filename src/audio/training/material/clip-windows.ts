import { soundWindow } from '../../../pcm/sound-window.ts';

/** A window of a clip; `offset` is the place of its first sample. */
export interface ClipWindow {
  offset: number;
  samples: Float32Array;
}

/**
 * Cuts a clip into overlapping sound windows, as a live stream would be; the last one is filled up with silence.
 * @param samples Mono, 16 kHz.
 */
export function clipWindows(samples: Float32Array): ClipWindow[] {
  const { samples: length, hop } = soundWindow;
  const count = 1 + Math.max(0, Math.ceil((samples.length - length) / hop));
  return Array.from({ length: count }, (_, index) => {
    const offset = index * hop;
    const window = new Float32Array(length);
    window.set(samples.subarray(offset, offset + length));
    return { offset, samples: window };
  });
}
