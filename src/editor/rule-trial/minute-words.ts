import type { Rule } from '../../contracts/configs.ts';
import type {
  ConditionVerdict,
  MinuteSignal,
  ReplayedIncident,
  RuleTrialAnswer,
  RuleVerdict,
} from '../../contracts/rule-trial.ts';
import { element } from '../element.ts';
import { receiverWords, type Receiver } from './receivers.ts';
import { askedBy, clock, conditionWords, ruleName, say } from './trial-words.ts';

/** Why there was an alert in a minute or none, in sentences: what came, what it made, what was told, and how each rule fared. */
export function minuteWords(
  { why, incidents }: RuleTrialAnswer,
  rules: readonly Rule[],
  receivers: readonly Receiver[],
): HTMLElement[] {
  if (why === undefined || why.areas.length === 0) return [element('p', {}, say('why.nothing'))];
  const { from, to, mode, areas } = why;
  return areas.map(({ area, looks, signals, rules: verdicts }) => {
    const own = incidents.filter(
      (one) => one.areas.includes(area) && one.startedAt < to && (one.endedAt === undefined || one.endedAt >= from),
    );
    return element(
      'div',
      { className: 'echosight-trial-area' },
      element('h5', {}, say('why.area', { area, from: clock(from), to: clock(to) })),
      list([say('why.came', { count: looks }), ...signals.map(signalWords)]),
      element('h6', {}, say('why.made')),
      list(own.length === 0 ? [say('why.noIncident')] : own.flatMap((incident) => incidentWords(incident, receivers))),
      element('h6', {}, say('why.rules')),
      ruleTable(verdicts, rules, mode),
    );
  });
}

function signalWords({ label, source, count, score, from, to }: MinuteSignal): string {
  const what = { label: label.replaceAll('_', ' '), source, score: score.toFixed(2), at: clock(from), to: clock(to) };
  return count === 1 ? say('why.once', what) : say('why.often', { ...what, count });
}

function incidentWords(incident: ReplayedIncident, receivers: readonly Receiver[]): string[] {
  const { severity, reason, startedAt, endedAt, told } = incident;
  const news = told.filter(({ phase }) => phase !== 'end').length;
  const what = { severity, reason, at: clock(startedAt), count: news };
  const said = endedAt === undefined ? say('why.open', what) : say('why.ended', { ...what, to: clock(endedAt) });
  if (receivers.length === 0) return [said, say('why.noReceiver')];
  return [said, ...receivers.map((receiver) => receiverWords(severity, receiver, say))];
}

function ruleTable(verdicts: readonly RuleVerdict[], rules: readonly Rule[], mode: string): HTMLElement {
  const order = { held: 0, apart: 1, light: 1, missing: 2, mode: 3, schedule: 3, off: 4 } as const;
  const sorted = [...verdicts].sort((a, b) => order[a.verdict] - order[b.verdict] || nearness(b) - nearness(a));
  const isFar = (verdict: RuleVerdict): boolean => verdict.verdict === 'missing' && nearness(verdict) === 0;
  const rows = sorted.filter((verdict) => !isFar(verdict)).map((verdict) => ({ verdict, rule: rules[verdict.rule] }));
  const far = sorted.filter(isFar).map(({ rule }) => rules[rule]);
  const names = far.flatMap((rule) => (rule === undefined ? [] : [ruleName(rule)])).join(', ');
  return list([
    ...rows.flatMap(({ verdict, rule }) => (rule === undefined ? [] : [ruleRow(verdict, rule, mode)])),
    ...(names === '' ? [] : [say('why.far', { names })]),
  ]);
}

/** How much of a rule was met, from 0 to 1: what nearly held is of more interest. */
function nearness({ conditions }: RuleVerdict): number {
  const worth = conditions.map(({ verdict }): number => (verdict === 'met' ? 1 : verdict === 'never' ? 0 : 0.5));
  return worth.reduce((sum, one) => sum + one, 0) / Math.max(1, conditions.length);
}

function ruleRow({ verdict, conditions }: RuleVerdict, rule: Rule, mode: string): HTMLElement {
  const icons = {
    ...{ held: 'fa-check', apart: 'fa-arrows-h', light: 'fa-balance-scale', missing: 'fa-times', off: 'fa-power-off' },
    ...{ mode: 'fa-shield', schedule: 'fa-clock-o' },
  } as const;
  const icon = element('i', { className: `fa ${icons[verdict]} echosight-trial-${verdict}` });
  icon.setAttribute('aria-hidden', 'true');
  const name = element('strong', {}, ruleName(rule));
  const key = verdict === 'apart' && rule.expression !== undefined ? 'apartExpression' : verdict;
  const row = element('span', {}, icon, ' ', name, `: ${say(`why.${key}`, { severity: rule.severity, mode })}`);
  if (verdict !== 'missing' && verdict !== 'light') return row;
  row.append(list(conditions.map((condition) => conditionLine(condition, rule))));
  return row;
}

function conditionLine(fared: ConditionVerdict, rule: Rule): string {
  const condition = askedBy(rule)[fared.condition];
  const { source = '', at = 0, score = 0, seen = { n: 1, of: 1 } } = fared;
  const needed = condition?.seenTimes ?? { n: condition?.rate?.times ?? 1, of: seen.of };
  return `${conditionWords(rule, fared.condition)}: ${say(`why.condition.${fared.verdict}`, {
    ...{ source, at: clock(at), score: score.toFixed(2), minimum: condition?.minimumScore ?? 0 },
    ...{ n: seen.n, of: seen.of, needed: needed.n, looks: needed.of, seconds: condition?.forSeconds ?? 0 },
  })}`;
}

function list(items: readonly (string | HTMLElement)[]): HTMLElement {
  return element('ul', {}, ...items.map((item) => element('li', {}, item)));
}
