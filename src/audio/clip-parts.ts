import { resample, resampleReach } from '../pcm/resample.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { decodeFrames, type WavFile, type WavFormat } from '../pcm/wav.ts';

/** A second of a WAV file, with as much around it as resampling needs to join the seconds without a seam. */
export interface ClipPart {
  bytes: Uint8Array<ArrayBuffer>;
  format: WavFormat;
  /** Frames that only lead in. */
  lead: number;
  /** Samples at 16 kHz that the part stands for. */
  count: number;
}

/** Cuts a WAV file into seconds; each copies only its own bytes. */
export function* clipParts({ format, frames, frameBytes, data }: WavFile): Generator<ClipPart> {
  const { sampleRate } = format;
  const reach = resampleReach(sampleRate, soundWindow.sampleRate);
  for (let start = 0; start < frames; start += sampleRate) {
    const end = Math.min(frames, start + sampleRate);
    const first = Math.max(0, start - reach);
    yield {
      bytes: new Uint8Array(data.subarray(first * frameBytes, Math.min(frames, end + reach) * frameBytes)),
      format,
      lead: start - first,
      count: Math.ceil(((end - start) * soundWindow.sampleRate) / sampleRate),
    };
  }
}

/** The samples of a part at 16 kHz. @throws SentinelError ES_AUDIO_INVALID */
export function readPart({ bytes, format, lead, count }: ClipPart): Float32Array {
  const samples = decodeFrames(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), format);
  return resample(samples, format.sampleRate, soundWindow.sampleRate, { lead, count });
}
