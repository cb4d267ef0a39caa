import { Type, type Static } from 'typebox';
import { name, ratio, site } from './fields.ts';

export const signalKinds = ['object', 'sound', 'cue', 'stream', 'signal'] as const;

export const RuleCondition = Type.Object({
  kind: Type.Enum(signalKinds),
  label: Type.String({ minLength: 1 }),
  minimumScore: Type.Optional(ratio(0, 'Lowest score that counts; default is what the detecting node lets through.')),
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
      description: 'The state must have lasted this long (stream statuses, tamper).',
    }),
  ),
});
export type RuleCondition = Static<typeof RuleCondition>;

/** All conditions must hold in one area within the correlation time. The highest severity of all fitting rules wins. */
export const Rule = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  enabled: Type.Boolean({ default: true }),
  severity: Type.Integer({ minimum: 1, maximum: 3 }),
  all: Type.Array(RuleCondition, { minItems: 1, maxItems: 8 }),
  label: Type.Optional(Type.String({ maxLength: 200 })),
});
export type Rule = Static<typeof Rule>;

/** The rules that every fuse-severity node starts with; users edit the list in the editor. */
export const defaultRules: readonly Rule[] = [
  rule(3, 'Person and gunshot', seen('person', 2, 5), heard('gunshot')),
  rule(3, 'Person and breaking glass', seen('person', 2, 5), heard('glass_break')),
  rule(3, 'Person and forced entry', seen('person', 2, 5), heard('forced_entry')),
  rule(2, 'Person and scream', seen('person', 2, 5), heard('scream')),
  rule(2, 'Gunshot', heard('gunshot')),
  rule(2, 'Breaking glass', heard('glass_break')),
  rule(2, 'Knife', seen('knife', 3, 5)),
  rule(2, 'Camera offline', { kind: 'stream', label: 'offline', forSeconds: 60 }),
  rule(2, 'Camera tampered with', { kind: 'cue', label: 'tamper' }),
  rule(1, 'Scream', heard('scream')),
  rule(1, 'Loud unknown sound', heard('loud_unknown')),
  rule(1, 'Forced entry (experimental)', heard('forced_entry')),
  rule(1, 'Person', seen('person', 2, 5)),
  rule(
    1,
    'Motion while the detector is down',
    { kind: 'cue', label: 'motion' },
    { kind: 'cue', label: 'detector-down' },
  ),
];

function heard(label: string): RuleCondition {
  return { kind: 'sound', label };
}

function seen(label: string, n: number, of: number): RuleCondition {
  return { kind: 'object', label, seenTimes: { n, of } };
}

function rule(severity: number, label: string, ...all: RuleCondition[]): Rule {
  return { id: all.map((condition) => condition.label).join('+'), enabled: true, severity, all, label };
}

export const FuseSeverityConfig = Type.Object({
  name,
  site,
  rules: Type.Array(Rule, { default: defaultRules, minItems: 1, maxItems: 100 }),
  correlationSeconds: Type.Number({
    default: 3,
    minimum: 0.5,
    maximum: 60,
    description: 'Signals of an area that lie this close together belong together.',
  }),
  quietSeconds: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: 'An incident ends when nothing that feeds it was seen or heard for this long.',
  }),
});
export type FuseSeverityConfig = Static<typeof FuseSeverityConfig>;
