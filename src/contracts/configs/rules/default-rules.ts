import type { Rule } from './rule.ts';
import { heard, listed, offline, rule, seen, told } from './shorthand.ts';

/** The rules that every fuse-severity node starts with; users edit the list in the editor. */
export const defaultRules: readonly Rule[] = listed(
  rule(3, 'Person and gunshot', seen('person', 2, 5), heard('gunshot')),
  rule(3, 'Person and breaking glass', seen('person', 2, 5), heard('glass_break')),
  rule(3, 'Person and forced entry', seen('person', 2, 5), heard('forced_entry')),
  rule(2, 'Person and scream', seen('person', 2, 5), heard('scream')),
  rule(2, 'Gunshot', heard('gunshot')),
  rule(2, 'Breaking glass', heard('glass_break')),
  rule(2, 'Knife', seen('knife', 3, 5)),
  rule(2, 'Camera offline', offline(60)),
  rule(2, 'Camera tampered with', told('tamper')),
  rule(1, 'Scream', heard('scream')),
  rule(1, 'Loud unknown sound', heard('loud_unknown')),
  rule(1, 'Forced entry (experimental)', heard('forced_entry')),
  rule(1, 'Person', seen('person', 2, 5)),
  rule(1, 'Motion while the detector is down', told('motion'), told('detector-down')),
);
