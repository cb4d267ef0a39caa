import { defaultRules } from './default-rules.ts';
import type { Rule } from './rule.ts';
import { heard, listed, offline, rule, ruleOf, seen, told } from './shorthand.ts';
import type { Weighing } from './weighing.ts';

export const presetNames = ['echosight', 'as-specified', 'home', 'shop', 'warehouse', 'violence'] as const;
export type PresetName = (typeof presetNames)[number];

const person = seen('person', 2, 5);

/** What goes wrong with the system itself; every preset but the one for parity tells it. */
const itself: readonly Rule[] = [
  rule(2, 'Camera offline', offline(60)),
  rule(2, 'Camera tampered with', told('tamper')),
  rule(1, 'Motion while the detector is down', told('motion'), told('detector-down')),
];

/** Somebody is there, the more so in a zone of weight and at night. The person is asked for beside: night alone is nothing. */
const intrusion: Weighing = {
  terms: [{ kind: 'object', label: 'person', weight: 0.7, byZone: true }],
  hours: { weight: 0.3, from: '22:00', to: '06:00' },
  floor: 0.6,
  steps: [{ from: 0.9, severity: 3 }],
};

/** Two of three witnesses at least; where one of them is missing, the others weigh more. */
const violence: Weighing = {
  terms: [
    { kind: 'cue', label: 'fight', weight: 0.5 },
    { kind: 'cue', label: 'aggressive', weight: 0.3 },
    { kind: 'sound', label: 'scream', weight: 0.2 },
  ],
  floor: 0.5,
  atLeast: 2,
  steps: [{ from: 0.75, severity: 3 }],
};

/** Lists of rules to begin with; names and what they are for stand in the locales of fuse-severity. */
export const rulePresets: Readonly<Record<PresetName, readonly Rule[]>> = {
  echosight: defaultRules,
  // The table of the first EchoSight to the letter, with its own reasons and its gaps: knife and forced entry are nothing.
  'as-specified': listed(
    rule(3, 'Person and gunshot', { kind: 'object', label: 'person', minimumScore: 0.5 }, heard('gunshot')),
    rule(3, 'Person and breaking glass', { kind: 'object', label: 'person', minimumScore: 0.5 }, heard('glass_break')),
    rule(2, 'Person and scream', { kind: 'object', label: 'person', minimumScore: 0.5 }, heard('scream')),
    ruleOf(2, 'Gunshot or breaking glass', {
      any: [heard('gunshot'), heard('glass_break')],
      none: [{ kind: 'object', label: 'person', minimumScore: 0.5 }],
      reason: 'audio_threat',
    }),
    ruleOf(1, 'Person', { all: [{ kind: 'object', label: 'person', minimumScore: 0.5 }], reason: 'person_only' }),
  ),
  home: listed(
    ruleOf(3, 'Breaking glass, then a person', { all: [heard('glass_break'), person], inOrder: true, within: 20 }),
    ruleOf(3, 'Break-in', { all: [person], any: [heard('glass_break'), heard('forced_entry'), heard('gunshot')] }),
    rule(2, 'Person and scream', person, heard('scream')),
    ruleOf(2, 'Gunshot or breaking glass', { any: [heard('gunshot'), heard('glass_break')] }),
    rule(2, 'Somebody stays in a zone', told('loiter')),
    rule(1, 'Forced entry (experimental)', heard('forced_entry')),
    rule(1, 'Scream', heard('scream')),
    rule(1, 'Person', person),
    rule(1, 'Car arrives', seen('car', 3, 5, { moving: true })),
    ...itself,
  ),
  shop: listed(
    rule(3, 'Gunshot', heard('gunshot')),
    rule(3, 'Knife', seen('knife', 3, 5)),
    ruleOf(3, 'Person and scream', { all: [person, heard('scream')], within: 5 }),
    rule(2, 'Breaking glass', heard('glass_break')),
    rule(2, 'Scream', heard('scream')),
    rule(1, 'Many people at once', seen('person', 3, 5, { count: 8 })),
    rule(1, 'Somebody has been there for 10 minutes', seen('person', 2, 5, { dwellSeconds: 600 })),
    rule(1, 'Loud unknown sound', heard('loud_unknown')),
    ...itself,
  ),
  warehouse: listed(
    ruleOf(3, 'Break-in', { all: [person], any: [heard('glass_break'), heard('forced_entry')], within: 10 }),
    ruleOf(2, 'Intrusion', { all: [seen('person', 3, 5)], weigh: intrusion, reason: 'intrusion' }),
    ruleOf(2, 'Breaking glass or forced entry', { any: [heard('glass_break'), heard('forced_entry')] }),
    rule(2, 'Gunshot', heard('gunshot')),
    ruleOf(1, 'Vehicle', { any: [seen('truck', 3, 5, { moving: true }), seen('car', 3, 5, { moving: true })] }),
    rule(1, 'Person', seen('person', 3, 5)),
    rule(1, 'Noise for a minute', told('noise', { forSeconds: 60 })),
    rule(1, 'Silent microphone', told('silence', { forSeconds: 600 })),
    ...itself,
  ),
  // Five decisions of a score from .65 on, of which two may be missed: one low score does not begin the count anew.
  violence: listed(
    rule(3, 'Violence', told('violence', { minimumScore: 0.65, seenTimes: { n: 5, of: 7 } })),
    ruleOf(2, 'Violence by several signs', { weigh: violence, within: 5, reason: 'violence' }),
    ruleOf(3, 'Weapon', { any: [seen('knife', 3, 5), heard('gunshot')] }),
    ruleOf(2, 'Intrusion', { all: [person], weigh: intrusion, reason: 'intrusion' }),
    rule(2, 'Person and scream', person, heard('scream')),
    rule(1, 'Scream', heard('scream')),
    ...itself,
  ),
};
