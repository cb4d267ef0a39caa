import { Type, type TProperties } from 'typebox';

/** Longest site, area and source: they stand in topics, statuses and file rows. */
export const nameLimit = 64;

/** Bounds of what a message may carry: far above anything real, far below what hurts. */
export const labelLimit = 200;

export const [sentenceLimit, listLimit] = [4096, 1000];

export const name = (description: string) => Type.String({ maxLength: nameLimit, description });

export const sentence = (description: string) => Type.String({ maxLength: sentenceLimit, description });

export const label = (description = 'Name of a class or state.') => Type.String({ maxLength: labelLimit, description });

export const score = Type.Number({ minimum: 0, maximum: 1 });

export const epochMs = Type.Number({ description: 'Milliseconds since 1970-01-01 UTC on the Site clock.' });

/** What a Date can hold: pages and texts show these, and one incident that they cannot show would cost the whole list. */
export const shownMs = Type.Number({ ...epochMs, minimum: 0, maximum: 8.64e15 });

/** Of what lasts. */
export const repeated = Type.Optional(
  Type.Literal(true, {
    description: 'Said again for nodes that were deployed since; `capturedAt` says since when it is so.',
  }),
);

/** The fields that every payload carries, then the ones of its kind. */
export function payload<Kind extends string, Fields extends TProperties>(kind: Kind, fields: Fields) {
  return Type.Object({
    v: Type.Literal(1),
    kind: Type.Literal(kind),
    site: name('Id of the site.'),
    area: name('Place that is judged as one: signals of one area are fused.'),
    source: name('Camera, microphone or sensor.'),
    capturedAt: epochMs,
    ...fields,
  });
}
