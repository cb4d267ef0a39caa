import { Type, type Static } from 'typebox';
import { label, payload, repeated, score } from './fields.ts';

/** What may be wrong with the picture of a camera: `features.kind` of a cue `tamper`. */
export const tamperKinds = ['black', 'white', 'covered', 'shifted', 'blurred', 'frozen'] as const;
export type TamperKind = (typeof tamperKinds)[number];

export const Cue = payload('cue', {
  cue: label('Such as motion, detector-down, tamper, zone-enter, zone-leave, loiter, line-cross, silence, noise.'),
  score: Type.Number({ ...score, description: '0: what was said before is over.' }),
  features: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), {
    description: 'The numbers that explain the score.',
  }),
  repeated,
});
export type Cue = Static<typeof Cue>;

/** Anything from outside: a door contact, a PIR, Frigate, an MQTT topic. */
export const ExternalSignal = payload('signal', {
  signal: label('What kind of sensor: contact, pir, frigate...'),
  label: label('What it reports; rules ask for it.'),
  score,
});
export type ExternalSignal = Static<typeof ExternalSignal>;
