import { SentinelError } from '../contracts/errors.ts';
import { codecWords } from './codecs.ts';
import type { SourceFacts } from './source-probe.ts';
import type { Renewal, StreamWords } from './stream-supervisor.ts';

/** What the states of a camera are called. */
export const cameraWords: StreamWords = {
  probing: 'Asking the source what it offers.',
  connecting: 'Waiting for the first picture.',
  connected: 'Pictures are coming in.',
  finished: 'The file has ended.',
  stalled: (limitMs) =>
    new SentinelError('ES_CAMERA_STALLED', `No picture came for ${limitMs / 1000} s.`, {
      hint: 'The connection is made again by itself; look at the camera or its network when this happens often.',
    }),
  late: (seconds) =>
    `Pictures are ${seconds} s late: this machine is too slow for its cameras. Lower their rate or width.`,
  unknown: 'ES_CAMERA_UNREACHABLE',
};

/** Why a camera is connected anew. */
export const renewalWords: Readonly<Record<Renewal['why'], (lateSeconds: number) => string>> = {
  late: (seconds) => `Pictures were ${seconds} s late: connecting anew to come back to the present.`,
  size: () => 'The size of the picture has changed: connecting anew.',
};

/** What comes in, in a sentence. */
export function sentenceOf({ content }: SourceFacts, wantsSound: boolean): string {
  if (content === undefined || content.video === '') return cameraWords.connected;
  const picture = codecWords(content.video);
  if (!wantsSound) return `Pictures are coming in (${picture}).`;
  if (content.audio === undefined)
    return `Pictures are coming in (${picture}); the source has no sound that can be used.`;
  return `Pictures (${picture}) and sound (${codecWords(content.audio)}) are coming in.`;
}
