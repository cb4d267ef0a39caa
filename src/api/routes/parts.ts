import { Type } from 'typebox';

/** Id of what we named ourselves. */
export const OpaqueId = Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Opaque.' });

/** Id of something that a flow may have named; it is decoded and only ever compared. */
export const NamedId = Type.String({ minLength: 1, description: 'Encode it (encodeURIComponent).' });
