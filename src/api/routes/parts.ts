import { Type } from 'typebox';

/** Id of what we named ourselves. */
export const OpaqueId = Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Opaque.' });

/** Id of a video, which may end like the name of a file. */
export const ClipName = Type.String({ pattern: '^[0-9a-f]{32}(\\.mp4)?$' });

/** Id of something that a flow may have named; it is decoded and only ever compared. */
export const NamedId = Type.String({ minLength: 1, description: 'Encode it (encodeURIComponent).' });

/** What the server gave out as a secret. */
export const SecretPart = Type.String({ pattern: '^[\\w-]{1,64}$', description: 'As it was given.' });

/** Where a file of an incident is read. */
export function evidencePath(id: string): string {
  return `/api/v1/evidence/${id}`;
}
