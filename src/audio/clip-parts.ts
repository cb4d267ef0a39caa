import { resample } from '../pcm/resample.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { decodeFrames, type WavFormat } from '../pcm/wav.ts';

/** A piece of sound, with as much around it as resampling needs to join pieces without a seam. */
export interface ClipPart {
  bytes: Uint8Array<ArrayBuffer>;
  format: WavFormat;
  /** Frames that only lead in. */
  lead: number;
  /** Samples at 16 kHz that the part stands for. */
  count: number;
}

/** The samples of a part at 16 kHz. @throws SentinelError ES_AUDIO_INVALID */
export function readPart({ bytes, format, lead, count }: ClipPart): Float32Array {
  const samples = decodeFrames(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), format);
  return resample(samples, format.sampleRate, soundWindow.sampleRate, { lead, count });
}
