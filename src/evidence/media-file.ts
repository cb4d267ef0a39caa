import { SentinelError } from '../contracts/errors.ts';
import type { EvidenceItem, Rendition } from '../contracts/messages.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { encodeWav } from '../pcm/wav.ts';
import { pictureType, type PictureType } from '../pictures/picture-type.ts';

/** What belongs to an incident message. */
export interface IncidentMedia {
  /** JPEG or PNG. */
  image?: Buffer;
  /** JPEG or PNG: what `image` shows, with nothing drawn on it. */
  cleanImage?: Buffer;
  /** Mono, -1..1, 16 kHz. */
  samples?: Float32Array;
  /** MP4. */
  clip?: Buffer;
}

/** A file as it is to be kept. */
export interface MediaFile {
  type: EvidenceItem['type'];
  /** Of a snapshot that there is twice. */
  rendition?: Rendition;
  mime: string;
  extension: string;
  bytes: Buffer;
}

/** A minute at 16 Mbit/s: what is kept of a camera is half of it. */
const largestClip = 128 << 20;

/** Pictures are served as what they are, so they must be it. */
const extensions: Record<PictureType, string> = { 'image/jpeg': 'jpg', 'image/png': 'png' };

/**
 * The makers of the files that keep these media: one that throws must not cost the others. The annotated snapshot comes
 * after the clean one: who shows the newest shows where to look.
 */
export function mediaFiles({ image, cleanImage, samples, clip }: IncidentMedia): (() => MediaFile)[] {
  const isTwice = image !== undefined && cleanImage !== undefined;
  return [
    ...(clip === undefined ? [] : [() => clipFile(clip)]),
    ...(cleanImage === undefined ? [] : [() => snapshotFile(cleanImage, 'clean')]),
    ...(image === undefined ? [] : [() => snapshotFile(image, isTwice ? 'annotated' : undefined)]),
    ...(samples === undefined ? [] : [() => soundFile(samples)]),
  ];
}

/** @throws SentinelError ES_IMAGE_INVALID */
function snapshotFile(bytes: Buffer, rendition: Rendition | undefined): MediaFile {
  const mime = pictureType(bytes);
  if (mime !== undefined) {
    return { type: 'snapshot', mime, extension: extensions[mime], bytes, ...(rendition && { rendition }) };
  }
  throw new SentinelError('ES_IMAGE_INVALID', 'The snapshot is neither a JPEG nor a PNG picture: it is not kept.', {
    hint: 'Put the bytes of such a file into msg.image.',
  });
}

/** @throws SentinelError ES_BAD_INPUT */
function clipFile(bytes: Buffer): MediaFile {
  // An MP4 file begins with the length of its first box and then that box's name.
  const isVideo = bytes.toString('latin1', 4, 8) === 'ftyp';
  if (isVideo && bytes.length <= largestClip) return { type: 'clip', mime: 'video/mp4', extension: 'mp4', bytes };
  const why = isVideo ? `larger than ${largestClip >> 20} MB` : 'no MP4 file';
  throw new SentinelError('ES_BAD_INPUT', `The clip is ${why}: it is not kept.`, {
    hint: 'Put the bytes of an MP4 file into msg.clip.',
  });
}

function soundFile(samples: Float32Array): MediaFile {
  return { type: 'audio', mime: 'audio/wav', extension: 'wav', bytes: encodeWav(samples, soundWindow.sampleRate) };
}
