import { Type, type Static } from 'typebox';
import { name, site } from './fields.ts';
import { defaultRules } from './rules/default-rules.ts';
import { neighboursLimit } from './neighbours.ts';
import { Rule } from './rules/rule.ts';

export * from './rules/condition.ts';
export * from './rules/rule.ts';
export * from './rules/weighing.ts';
export * from './rules/default-rules.ts';
export * from './rules/presets.ts';
export * from './rules/rule-ids.ts';
export * from './rules/upgrade.ts';

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
  keepSignals: Type.Boolean({
    default: true,
    description:
      'Keep the signals of the last day (no pictures, no sound) in the data folder, to try rules on them and to see why there was an alert or none.',
  }),
  incidentsPerHour: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1000,
    description:
      'Incidents of one area and severity that are told within an hour; what comes besides is told as one summary. ' +
      'Alarms (3) are always told. 0: all.',
  }),
  neighbours: Type.String({
    default: '',
    maxLength: neighboursLimit,
    description:
      'Areas that lie next to each other, a line for each group: `drive, porch`. What comes next door joins an open incident.',
  }),
});
export type FuseSeverityConfig = Static<typeof FuseSeverityConfig>;
