import type { CalibrationSuggestions } from '../../contracts/calibration.ts';
import { element } from '../element.ts';
import { say } from './calibration-words.ts';
import { drawCurve, pointAt } from './curve.ts';

type ClassSuggestion = CalibrationSuggestions['classes'][string];

/** False alarms a day that a drawing shows: tenfold steps from the first to the last. */
const rates = [0.01, 0.1, 1, 10, 100, 1000] as const;
const tenths = [0, 0.5, 1].map((at) => ({ at, label: at === 0.5 ? '.5' : String(at) }));

/** What is suggested for one class: the threshold, what it costs, and the curves that say so. */
export function suggestionCard(
  title: string,
  suggestion: ClassSuggestion,
  /** Of all classes together. */
  budgetPerDay: number,
  apply: (threshold: number) => void,
): HTMLElement {
  const { threshold, current, reason, recall } = suggestion;
  const head = element('h5', {}, title);
  const now = element('span', {}, say('now', { threshold: short(current) }));
  const row = element('p', { className: 'echosight-calibration-threshold' }, now);
  if (threshold !== null) {
    const button = element('button', { type: 'button', className: 'red-ui-button red-ui-button-small' }, say('apply'));
    button.addEventListener('click', () => {
      apply(threshold);
    });
    row.append(' ', element('strong', {}, say('suggested', { threshold: short(threshold) })), ' ', button);
  }
  const share = { hits: recall.hits, of: recall.of, low: percent(recall.low), high: percent(recall.high) };
  return element(
    'section',
    { className: 'echosight-calibration-card' },
    ...[head, row],
    element('p', {}, say('share', { all: rate(budgetPerDay), share: rate(suggestion.budgetPerDay) })),
    element('p', {}, say(`reason.${reason}`, { needed: spokenMinutes(suggestion.neededMinutes) })),
    element('p', {}, `${say('at', { threshold: short(threshold ?? suggestion.shipped) })} ${rateWords(suggestion)}`),
    element('p', {}, recall.of === 0 ? say('noClips') : say('clips', share)),
    ...(suggestion.dismissedPerDay > 0
      ? [element('p', {}, say('dismissed', { rate: rate(suggestion.dismissedPerDay) }))]
      : []),
    curves(suggestion),
  );
}

function rateWords({ falseAlarms: { method, perDay, low, high } }: ClassSuggestion): string {
  if (!Number.isFinite(high)) return say('unheard');
  return say(`method.${method}`, { rate: rate(perDay ?? 0), low: rate(low), high: rate(high) });
}

function spokenMinutes(minutes: number): string {
  return minutes < 120
    ? say('inMinutes', { count: Math.ceil(minutes) })
    : say('inHours', { count: Math.ceil(minutes / 60) });
}

function curves({ curve, threshold, current, recall, ap, budgetPerDay }: ClassSuggestion): HTMLElement {
  const place = element('div', { className: 'echosight-calibration-curves' });
  const height = (perDay: number): number => {
    const [first, last] = [rates[0], rates.at(-1) ?? 1];
    return Math.log(Math.max(first, perDay) / first) / Math.log(last / first);
  };
  const thresholds = [
    { look: 'now', threshold: current },
    ...(threshold === null ? [] : [{ look: 'suggested', threshold } as const]),
  ] as const;
  const known = curve.flatMap(({ threshold: x, falseAlarmsPerDay: perDay }) =>
    perDay === null ? [] : [{ x, y: height(perDay) }],
  );
  if (known.length > 0) {
    const marks = thresholds.flatMap((mark) => {
      const perDay = pointAt(curve, mark.threshold)?.falseAlarmsPerDay;
      return perDay == null ? [] : [{ x: mark.threshold, y: height(perDay), look: mark.look, label: markLabel(mark) }];
    });
    const ticks = rates.map((perDay, index) => ({ at: index / (rates.length - 1), label: String(perDay) }));
    place.append(
      drawCurve({
        title: say('curve.rate'),
        x: { label: say('curve.threshold'), ticks: tenths },
        y: { label: say('curve.perDay'), ticks },
        ...{ line: known, marks, level: { y: height(budgetPerDay), label: say('curve.budget') } },
      }),
    );
  }
  if (recall.of === 0) return place;
  const pairs = curve.flatMap(({ threshold: at, recall: x, precision: y }) =>
    x === null || y === null ? [] : [{ at, x, y }],
  );
  const marks = thresholds.flatMap((mark) => {
    const point = pointAt(curve, mark.threshold);
    return point?.recall == null || point.precision === null
      ? []
      : [{ x: point.recall, y: point.precision, look: mark.look, label: markLabel(mark) }];
  });
  place.append(
    drawCurve({
      title: say('curve.precisionRecall', { ap: (ap ?? 0).toFixed(2) }),
      x: { label: say('curve.recall'), ticks: tenths },
      y: { label: say('curve.precision'), ticks: tenths },
      ...{ line: pairs, marks },
    }),
  );
  return place;
}

function markLabel({ look, threshold }: { look: 'now' | 'suggested'; threshold: number }): string {
  return say(look, { threshold: short(threshold) });
}

/** Three digits, without zeros at the end. */
function short(threshold: number): string {
  return String(Math.round(threshold * 1000) / 1000);
}

/** Alarms a day: as exact as anybody can know. */
export function rate(perDay: number): string {
  if (perDay >= 10) return String(Math.round(perDay));
  if (perDay < 0.005) return '< 0.01';
  return perDay >= 1 ? perDay.toFixed(1) : perDay.toFixed(2);
}

function percent(share: number): number {
  return Math.round(share * 100);
}
