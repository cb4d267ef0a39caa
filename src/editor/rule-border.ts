import { choice, element, numberField } from './element.ts';
import { borderIn, borderText, events } from '../fusion/rule-words/border-words.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

/** The fields of one border of hours; an empty one reports an empty text. */
export function borderField(value: string, say: Say, tell: (border: string) => void): HTMLElement {
  const border = borderIn(value);
  const report = (): void => {
    tell(borderText(border));
  };
  const time = element('input', { type: 'time', value: border.time });
  time.addEventListener('change', () => {
    border.time = time.value.slice(0, 5);
    report();
  });
  const minutes = numberField(
    { min: '-720', max: '720', step: '5', placeholder: '0', title: say('when.sunOffset') },
    border.offset === 0 ? undefined : border.offset,
    (typed = 0) => {
      border.offset = Math.trunc(Math.min(720, Math.max(-720, typed)));
      report();
    },
  );
  const show = (): void => {
    time.hidden = border.event !== undefined;
    minutes.hidden = border.event === undefined;
  };
  const options = ['', ...events].map((event) => ({ value: event, label: say(`when.sun.${event || 'clock'}`) }));
  const select = choice(options, border.event ?? '', (chosen) => {
    border.event = events.find((event) => event === chosen);
    show();
    report();
  });
  show();
  return element('span', {}, select, time, minutes);
}
