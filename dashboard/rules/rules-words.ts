import { wordBook } from '../word-book.ts';

const english = {
  title: 'Rules',
  failedTitle: 'The rules cannot be loaded',
  none: 'No rules yet',
  noneHint: 'A node fuse-severity in a deployed flow makes incidents of what is seen and heard.',
  hint: 'Rules are changed in the editor of Node-RED: open the node, change them, deploy.',
  countingOnly: 'Only those that count now',
  noneCounts: 'None of these rules counts now.',
  nameless: 'fuse-severity',
  preset: 'preset {name}',
  ownRules: 'rules of its own',
  counting: '{n} of {total} count now',
  perMode: 'So many rules count in each mode',
  ofMode: '{mode}: {n}',
  countsNow: 'counts now',
  off: 'switched off',
  mode: 'not in this mode',
  schedule: 'not at this hour',
  modes: 'Counts in: {modes}',
  noMode: 'Counts in none of the modes shown here.',
} as const;

export type RulesWord = keyof typeof english;

const german: Readonly<Record<RulesWord, string>> = {
  title: 'Regeln',
  failedTitle: 'Die Regeln lassen sich nicht laden',
  none: 'Noch keine Regeln',
  noneHint:
    'Ein Knoten fuse-severity in einem übernommenen Flow macht Vorfälle aus dem, was zu sehen und zu hören ist.',
  hint: 'Regeln ändert man im Editor von Node-RED: Knoten öffnen, ändern, übernehmen.',
  countingOnly: 'Nur die, die jetzt gelten',
  noneCounts: 'Keine dieser Regeln gilt jetzt.',
  nameless: 'fuse-severity',
  preset: 'Vorlage {name}',
  ownRules: 'eigene Regeln',
  counting: '{n} von {total} gelten jetzt',
  perMode: 'So viele Regeln gelten in jedem Modus',
  ofMode: '{mode}: {n}',
  countsNow: 'gilt jetzt',
  off: 'abgeschaltet',
  mode: 'nicht in diesem Modus',
  schedule: 'nicht um diese Zeit',
  modes: 'Gilt in: {modes}',
  noMode: 'Gilt in keinem der Modi, die hier stehen.',
};

export const rulesSpeaker = wordBook<RulesWord>(english, german);
