import { Type, type Static } from 'typebox';
import { listPaging } from './list-paging.ts';

/** In how many incidents a rule held. */
export const RuleFiring = Type.Object({
  day: Type.Integer({ minimum: 0, description: 'Within the last 24 hours.' }),
  week: Type.Integer({ minimum: 0, description: 'Within the last 7 days.' }),
  month: Type.Integer({ minimum: 0, description: 'Within the last 30 days.' }),
  falsePositives: Type.Integer({
    minimum: 0,
    description: 'Of those of 30 days, how many are marked as false positive.',
  }),
  falsePositiveShare: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'The same as a share; absent where it did not hold.' }),
  ),
  lastAt: Type.Optional(
    Type.Number({ description: 'When it last began to hold in an incident that is kept, epoch ms.' }),
  ),
});
export type RuleFiring = Static<typeof RuleFiring>;

/** A rule as people read it. */
export const RuleSummary = Type.Object({
  id: Type.String(),
  enabled: Type.Boolean(),
  severity: Type.Integer({ minimum: 1, maximum: 3 }),
  label: Type.Optional(Type.String({ description: 'Name of its incidents for people.' })),
  sentence: Type.String({ description: 'The whole rule in words, in the language that was asked for.' }),
  modes: Type.Array(Type.String(), {
    description: 'In which modes it counts while it is on: of those that everybody knows, and the one of now.',
  }),
  counts: Type.Boolean({ description: 'Whether it counts now: it is on, and the mode and the hour are its own.' }),
  why: Type.Optional(
    Type.Enum(['off', 'mode', 'schedule'], {
      description: 'Why it does not count: switched off, the mode of the site, or the day or hour.',
    }),
  ),
  fired: Type.Optional(RuleFiring),
});
export type RuleSummary = Static<typeof RuleSummary>;

/** The rules of one fuse-severity node. */
export const RuleNode = Type.Object({
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String(),
  node: Type.String({ description: 'Id of the node in the flow.' }),
  name: Type.String({ description: 'Name of the node; empty: it has none.' }),
  mode: Type.String({ description: 'The mode that counts now.' }),
  preset: Type.Optional(
    Type.String({
      description: 'The preset that these rules are, whichever of them are on; absent: rules of its own.',
    }),
  ),
  rules: Type.Array(RuleSummary),
});
export type RuleNode = Static<typeof RuleNode>;

export const RuleNodes = Type.Object({ nodes: Type.Array(RuleNode), ...listPaging });
export type RuleNodes = Static<typeof RuleNodes>;
