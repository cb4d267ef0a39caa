import { SentinelError } from '../contracts/errors.ts';

/** Format tags of the WAVE format chunk. Source: RFC 2361 and Microsoft's mmreg.h. */
const formatTags = { integer: 1, float: 3, extensible: 0xfffe } as const;
const headerBytes = 44;
const highestRate = 192_000;
const lowestRate = 4_000;
const mostChannels = 32;
/** Longer sound would take the machine's time from live streams: a minute at 48 kHz, 15 s at 192 kHz. */
const usualLimits: WavLimits = { seconds: 60, frames: 3_000_000 };
/** Far more than programs write before the sound. */
const mostChunks = 1000;

/** How long a WAV file may be. */
export interface WavLimits {
  seconds: number;
  /** Samples per channel. */
  frames: number;
}

/** What a WAV file says of its samples. */
export interface WavFormat {
  tag: number;
  channels: number;
  sampleRate: number;
  bits: number;
}

/** What `decodeFrames` calls sound that is there as 32 bit floats, in one channel. */
export function floatsAt(sampleRate: number): WavFormat {
  return { tag: formatTags.float, channels: 1, sampleRate, bits: 32 };
}

/** A WAV file whose header was read; the samples are not decoded yet. */
export interface WavFile {
  format: WavFormat;
  /** Samples per channel. */
  frames: number;
  /** Bytes of one sample of every channel. */
  frameBytes: number;
  /** The samples as they stand in the file. */
  data: Buffer;
}

/** Samples in one channel, as if they were a WAV file of 32 bit floats; not copied. */
export function asWavFile(samples: Float32Array, sampleRate: number): WavFile {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return { format: floatsAt(sampleRate), frames: samples.length, frameBytes: 4, data };
}

/** A WAV file with one channel of 16 bit samples. What exceeds -1..1 is clipped. */
export function encodeWav(samples: Float32Array, sampleRate: number): Buffer {
  const dataBytes = 2 * samples.length;
  const file = Buffer.alloc(headerBytes + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(headerBytes - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(formatTags.integer, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(2 * sampleRate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  samples.forEach((sample, index) => {
    file.writeInt16LE(Math.round(clipped(sample) * 0x7fff), headerBytes + 2 * index);
  });
  return file;
}

/**
 * Reads the header of a WAV file: 8, 16, 24 or 32 bit integers or 32 bit floats, up to 32 channels. A file that was cut off
 * gives what is there.
 * @param limits Usually a minute and three million samples per channel.
 * @throws SentinelError ES_AUDIO_INVALID
 */
export function openWav(bytes: Buffer, limits = usualLimits): WavFile {
  const { format, data } = readChunks(bytes);
  readerOf(format);
  const frameBytes = format.channels * (format.bits / 8);
  const frames = Math.floor(data.length / frameBytes);
  if (frames === 0) throw invalid('it holds no sound');
  if (frames > limits.seconds * format.sampleRate) {
    throw invalid(`it is longer than ${limits.seconds} s`, 'Cut it into shorter clips.');
  }
  if (frames > limits.frames) {
    throw invalid(`it has ${frames} samples`, 'Save it with 48,000 samples a second, or cut it into shorter clips.');
  }
  return { format, frames, frameBytes, data: data.subarray(0, frames * frameBytes) };
}

/**
 * Decodes whole frames of a WAV file, all or some, and mixes them to mono, -1..1.
 * @throws SentinelError ES_AUDIO_INVALID
 */
export function decodeFrames(data: Buffer, format: WavFormat): Float32Array {
  const frameBytes = format.channels * (format.bits / 8);
  const frames = Math.floor(data.length / frameBytes);
  const read = mixerOf(format);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const samples = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    const sample = read(view, frame * frameBytes);
    if (!Number.isFinite(sample)) throw invalid('it holds numbers that are no sound');
    samples[frame] = clipped(sample);
  }
  return samples;
}

/** Walks through the chunks; programs that stream leave the sizes at 0 or 0xffffffff, so they are limits, not laws. */
function readChunks(bytes: Buffer): { format: WavFormat; data: Buffer } {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw invalid('it does not begin like a WAV file');
  }
  let format: WavFormat | undefined;
  let at = 12;
  for (let chunks = 0; at + 8 <= bytes.length; chunks++) {
    if (chunks === mostChunks) throw invalid('it has too many chunks before the sound');
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (id === 'fmt ') format = readFormat(body);
    if (id === 'data') {
      if (format === undefined) throw invalid('it has sound before it says of what kind');
      return { format, data: body };
    }
    at += 8 + size + (size % 2); // chunks begin at even places
  }
  throw invalid('it ends before the sound begins');
}

function readFormat(body: Buffer): WavFormat {
  if (body.length < 16) throw invalid('its description is cut off');
  let tag = body.readUInt16LE(0);
  // The real tag of the extensible form is the beginning of its sub-format.
  if (tag === formatTags.extensible && body.length >= 26) tag = body.readUInt16LE(24);
  const format = {
    tag,
    channels: body.readUInt16LE(2),
    sampleRate: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
  if (format.channels < 1 || format.channels > mostChannels) throw invalid(`it has ${format.channels} channels`);
  if (format.sampleRate < lowestRate || format.sampleRate > highestRate) {
    throw invalid(`it has ${format.sampleRate} samples a second`);
  }
  return format;
}

type SampleReader = (data: DataView, at: number) => number;

/** Readers of one sample, -1..1, by format tag and bits. A view reads twice as fast as a Buffer. */
const readers: Readonly<Record<string, SampleReader | undefined>> = {
  [`${formatTags.integer}/8`]: (data, at) => (data.getUint8(at) - 0x80) / 0x80,
  [`${formatTags.integer}/16`]: (data, at) => data.getInt16(at, true) / 0x8000,
  [`${formatTags.integer}/24`]: (data, at) => (data.getInt16(at + 1, true) * 0x100 + data.getUint8(at)) / 0x80_0000,
  [`${formatTags.integer}/32`]: (data, at) => data.getInt32(at, true) / 0x8000_0000,
  [`${formatTags.float}/32`]: (data, at) => data.getFloat32(at, true),
};

function readerOf({ tag, bits }: WavFormat): SampleReader {
  const reader = readers[`${tag}/${bits}`];
  if (reader !== undefined) return reader;
  throw invalid(`its format (tag ${tag}, ${bits} bits) is not supported`, 'Save it as 16 bit PCM.');
}

/** Reads the mean of all channels. One channel is read by itself: the loop would take twice as long as all the rest. */
function mixerOf(format: WavFormat): SampleReader {
  const read = readerOf(format);
  const { channels, bits } = format;
  if (channels === 1) return read;
  return (data, at) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(data, at + channel * (bits / 8));
    return sum / channels;
  };
}

/** Comparisons: `Math.min` and `Math.max` take longer, and this runs for every sample. */
function clipped(sample: number): number {
  if (sample > 1) return 1;
  if (sample < -1) return -1;
  return Number.isNaN(sample) ? 0 : sample;
}

function invalid(why: string, hint?: string): SentinelError {
  return new SentinelError(
    'ES_AUDIO_INVALID',
    `The WAV file cannot be used: ${why}.`,
    hint === undefined ? {} : { hint },
  );
}
