import type { Rule } from '../../contracts/configs.ts';
import type { ReplayedIncident, RuleTrialAnswer } from '../../contracts/rule-trial.ts';
import { element } from '../element.ts';
import { clock, ruleName, say, shortClock } from './trial-words.ts';

/** Narrower than this nothing can be hit with a mouse, in percent. */
const leastWidth = 0.6;

export interface TimelineOptions {
  answer: RuleTrialAnswer;
  rules: readonly Rule[];
  from: number;
  to: number;
  /** Somebody chose an incident. */
  choose: (incident: ReplayedIncident) => void;
}

/** What came of a replay: a lane of incidents, one for each rule that held, and below the times. */
export function timeline({ answer, rules, from, to, choose }: TimelineOptions): HTMLElement {
  const span = Math.max(1, to - from);
  const place = (start: number, end: number): string => {
    const left = Math.min(100 - leastWidth, Math.max(0, ((start - from) / span) * 100));
    const width = Math.min(
      100 - left,
      Math.max(leastWidth, ((Math.min(end, to) - Math.max(start, from)) / span) * 100),
    );
    return `left:${left.toFixed(3)}%;width:${width.toFixed(3)}%`;
  };
  const bars = answer.incidents.map((incident) => {
    const { severity, reason, area, startedAt, endedAt = to } = incident;
    const words = say('incident', { severity, reason, area, at: clock(startedAt) });
    const bar = element('button', { type: 'button', title: words, textContent: String(severity) });
    bar.className = `echosight-trial-incident echosight-trial-severity-${severity}`;
    bar.setAttribute('aria-label', words);
    bar.setAttribute('style', place(startedAt, endedAt));
    bar.addEventListener('click', () => {
      for (const other of bar.parentElement?.children ?? []) other.ariaPressed = String(other === bar);
      choose(incident);
    });
    return bar;
  });
  const held = rules
    .map((rule, order) => ({ rule, marks: answer.marks[order] ?? [] }))
    .filter(({ marks }) => marks.length > 0);
  const lanes = held.map(({ rule, marks }) => {
    const times = marks.reduce((sum, mark) => sum + mark.times, 0);
    const spots = marks.map((mark) => {
      const spot = element('span', {
        title: say('mark', { from: clock(mark.from), to: clock(mark.to), times: mark.times }),
      });
      spot.className = `echosight-trial-mark echosight-trial-severity-${rule.severity}`;
      spot.setAttribute('style', place(mark.from, mark.to));
      return spot;
    });
    return lane(ruleName(rule), spots, say('times', { count: times }));
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => element('span', {}, shortClock(from + share * span)));
  return element(
    'div',
    { className: 'echosight-trial-timeline' },
    lane(say('incidents'), bars),
    ...lanes,
    lane('', ticks, undefined, 'echosight-trial-axis'),
  );
}

function lane(name: string, inside: readonly HTMLElement[], title?: string, look = ''): HTMLElement {
  const label = element('div', { className: 'echosight-trial-name', title: title ?? name }, name);
  const track = element('div', { className: `echosight-trial-lane ${look}`.trim() }, ...inside);
  return element('div', { className: 'echosight-trial-row' }, label, track);
}
