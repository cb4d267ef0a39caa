import { Type, type Static } from 'typebox';

export const signalKinds = ['object', 'sound', 'cue', 'stream', 'signal'] as const;
export type SignalKind = (typeof signalKinds)[number];

const placeName = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });

/** One thing that must be seen, heard or said; all that it names must be so of the same look. */
export const RuleCondition = Type.Object({
  kind: Type.Enum(signalKinds),
  label: Type.String({ minLength: 1 }),
  source: Type.Optional(placeName('Only this camera, microphone or sensor.')),
  minimumScore: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Lowest score that counts; default is what the detecting node lets through.',
    }),
  ),
  zone: Type.Optional(placeName('The object stands in this zone of its camera.')),
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 50, description: 'At least so many such objects in one look.' }),
  ),
  dwellSeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 86400,
      description: 'The object has been in the zone for so long; without a zone, in view.',
    }),
  ),
  moving: Type.Optional(Type.Boolean({ description: 'The object moves, or stays where it is.' })),
  minimumSpeed: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 20,
      description:
        'The object goes at least so many of its own lengths a second across the picture; a brisk walk is about 1.',
    }),
  ),
  feature: Type.Optional(
    Type.Object(
      { name: Type.String({ minLength: 1, maxLength: 200 }), atLeast: Type.Number() },
      { description: 'A number that explains a cue is at least this, such as dwellSeconds of loiter.' },
    ),
  ),
  seenTimes: Type.Optional(
    Type.Object(
      { n: Type.Integer({ minimum: 1, maximum: 50 }), of: Type.Integer({ minimum: 1, maximum: 50 }) },
      { description: 'N of the last M looks of one source must show it.' },
    ),
  ),
  rate: Type.Optional(
    Type.Object(
      {
        times: Type.Integer({ minimum: 1, maximum: 50 }),
        seconds: Type.Number({ minimum: 0.1, maximum: 120, description: 'Up to two minutes are remembered.' }),
      },
      { description: 'It must come so often within so many seconds (cues and signals).' },
    ),
  ),
  forSeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 86400,
      description: 'It has gone on for so long. What is not shown for 3 s is over, save for streams and tamper.',
    }),
  ),
});
export type RuleCondition = Static<typeof RuleCondition>;
