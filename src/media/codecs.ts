/** A codec: what ffmpeg calls it, and what people do. */
interface Codec {
  name: string;
  words: string;
}

const h264 = { name: 'h264', words: 'H.264' };
const hevc = { name: 'hevc', words: 'H.265 (HEVC)' };
const aac = { name: 'aac', words: 'AAC' };
const g726 = { name: 'g726', words: 'G.726' };

/** Encoding names of session descriptions (RFC 3551 and the payload formats after it) that ffmpeg can take apart. */
const encodings: Readonly<Record<string, Codec>> = {
  H264: h264,
  H265: hevc,
  JPEG: { name: 'mjpeg', words: 'MJPEG' },
  AV1: { name: 'av1', words: 'AV1' },
  'MP4V-ES': { name: 'mpeg4', words: 'MPEG-4' },
  MPV: { name: 'mpeg2video', words: 'MPEG-2' },
  VP8: { name: 'vp8', words: 'VP8' },
  VP9: { name: 'vp9', words: 'VP9' },
  MP2T: { name: 'mpegts', words: 'MPEG transport stream' },
  PCMU: { name: 'pcm_mulaw', words: 'G.711 (PCMU)' },
  PCMA: { name: 'pcm_alaw', words: 'G.711 (PCMA)' },
  'G726-16': g726,
  'G726-24': g726,
  'G726-32': g726,
  'G726-40': g726,
  'AAL2-G726-16': g726,
  'AAL2-G726-24': g726,
  'AAL2-G726-32': g726,
  'AAL2-G726-40': g726,
  G722: { name: 'adpcm_g722', words: 'G.722' },
  'MPEG4-GENERIC': aac,
  'MP4A-LATM': aac,
  MPA: { name: 'mp2', words: 'MPEG audio' },
  OPUS: { name: 'opus', words: 'Opus' },
  SPEEX: { name: 'speex', words: 'Speex' },
  L16: { name: 'pcm_s16be', words: 'PCM, 16 bit' },
};

/** What ffmpeg itself calls things differently. */
const aliases: Readonly<Record<string, string>> = {
  adpcm_g726: g726.words,
  adpcm_g726le: g726.words,
  pcm_s16le: 'PCM, 16 bit',
  mp3: 'MP3',
  rawvideo: 'as the webcam gives them',
};

const words = new Map(Object.values(encodings).map(({ name, words }) => [name, words]));

/** ffmpeg's name of the encoding of an SDP track; undefined for one that it cannot take apart. */
export function codecOfEncoding(encoding: string): string | undefined {
  return Object.hasOwn(encodings, encoding) ? encodings[encoding]?.name : undefined;
}

/** What people call a codec that ffmpeg names, such as `h264`. */
export function codecWords(name: string): string {
  return words.get(name) ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
}
