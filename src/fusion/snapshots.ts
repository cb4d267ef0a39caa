import { asSentinelError } from '../contracts/errors.ts';
import type { Picture, SnapshotRenderer } from '../contracts/ports.ts';
import type { ShownPicture } from './area-media.ts';
import type { IncidentMedia } from './incident-media.ts';

/** Evidence is kept in the size of the camera, and better than a phone needs it. */
const asTheCameraGaveIt = { longestSide: 16_384, quality: 92 };

/**
 * The snapshot of an incident with what was found drawn on it, and, where something is drawn, as the camera gave it.
 * @param onFault told once why one of them could not be made: it is left out.
 */
export async function drawSnapshots(
  renderer: SnapshotRenderer,
  { picture, objects, zones }: ShownPicture,
  onFault: (message: string) => void,
): Promise<Pick<IncidentMedia, 'image' | 'cleanImage'>> {
  const isDrawnOn = objects.length > 0 || zones.length > 0;
  const [annotated, clean] = await Promise.allSettled([
    renderer.jpeg(picture, objects, { zones }),
    isDrawnOn ? cleanPicture(renderer, picture) : undefined,
  ]);
  const failed = [annotated, clean].find((one) => one.status === 'rejected');
  if (failed !== undefined) onFault(asSentinelError(failed.reason, 'ES_IMAGE_INVALID').message);
  const image = annotated.status === 'fulfilled' ? annotated.value : undefined;
  const cleanImage = clean.status === 'fulfilled' ? clean.value : undefined;
  return { ...(image === undefined ? {} : { image }), ...(cleanImage === undefined ? {} : { cleanImage }) };
}

/** A file stays byte for byte what it was: a copy, for the message has others who read it. */
async function cleanPicture(renderer: SnapshotRenderer, picture: Picture): Promise<Buffer> {
  if (picture.encoding === 'jpeg') return Buffer.from(picture.bytes);
  return await renderer.jpeg(picture, [], asTheCameraGaveIt);
}
