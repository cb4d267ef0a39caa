import { SentinelError } from '../contracts/errors.ts';
import type { EvidenceItem } from '../contracts/messages.ts';
import { encodeWav } from '../pcm/wav.ts';

const sampleRate = 16_000;

/** What belongs to an incident message. */
export interface IncidentMedia {
  /** JPEG or PNG. */
  image?: Buffer;
  /** Mono, -1..1, 16 kHz. */
  samples?: Float32Array;
}

/** A file as it is to be kept. */
export interface MediaFile {
  type: EvidenceItem['type'];
  mime: string;
  extension: string;
  bytes: Buffer;
}

/** Pictures are served as what they are, so they must be it: by their first bytes. */
const pictures = [
  { mime: 'image/jpeg', extension: 'jpg', start: Buffer.from([0xff, 0xd8, 0xff]) },
  { mime: 'image/png', extension: 'png', start: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') },
];

/** The makers of the files that keep these media: one that throws must not cost the others. */
export function mediaFiles({ image, samples }: IncidentMedia): (() => MediaFile)[] {
  return [
    ...(image === undefined ? [] : [() => snapshotFile(image)]),
    ...(samples === undefined ? [] : [() => soundFile(samples)]),
  ];
}

/** @throws SentinelError ES_IMAGE_INVALID */
function snapshotFile(bytes: Buffer): MediaFile {
  const picture = pictures.find(({ start }) => start.equals(bytes.subarray(0, start.length)));
  if (picture !== undefined) {
    return { type: 'snapshot', mime: picture.mime, extension: picture.extension, bytes };
  }
  throw new SentinelError('ES_IMAGE_INVALID', 'The snapshot is neither a JPEG nor a PNG picture: it is not kept.', {
    hint: 'Put the bytes of such a file into msg.image.',
  });
}

function soundFile(samples: Float32Array): MediaFile {
  return { type: 'audio', mime: 'audio/wav', extension: 'wav', bytes: encodeWav(samples, sampleRate) };
}
