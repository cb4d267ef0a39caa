import { listenerState, type ListenerState } from '../../contracts/listener-state.ts';
import type { HeardClass, ListeningAnswer } from '../../contracts/listening.ts';
import { element } from '../element.ts';
import { text } from '../register.ts';

type Source = ListeningAnswer['nodes'][number]['sources'][number];

const quietestDbfs = -80;
const toneLooks: Readonly<Record<ListenerState['tone'], string>> = {
  alarm: 'echosight-ear-alarm',
  fault: 'echosight-ear-alarm',
  old: 'echosight-ear-odd',
  calm: 'echosight-ear-odd',
  live: '',
};

const say = (key: string, params?: Record<string, string | number>): string =>
  text('audio-classify', `audio-classify.listening.${key}`, params);

/** One class: its score now, the highest, and the line that it has to reach. */
interface Row {
  name: HTMLElement;
  bar: HTMLElement;
  now: HTMLElement;
  highest: HTMLElement;
  line: HTMLElement;
  numbers: HTMLElement;
}

/** What one node hears of one source, in numbers that change. */
export class EarCard {
  readonly element = element('section', { className: 'echosight-ear' });
  readonly #said = element('p');
  readonly #level = row();
  readonly #rows = element('div', { className: 'echosight-ear-rows' });
  readonly #classes = new Map<string, Row>();
  readonly #top = element('div', { className: 'echosight-ear-top' });

  constructor({ source, area }: Pick<Source, 'source' | 'area'>, reset: () => void) {
    const button = element(
      'button',
      { type: 'button', className: 'red-ui-button red-ui-button-small', title: say('reset') },
      element('i', { className: 'fa fa-undo' }),
    );
    button.setAttribute('aria-label', say('resetOf', { source }));
    button.addEventListener('click', reset);
    const head = element('div', { className: 'echosight-ear-head' });
    head.append(element('strong', {}, source), element('span', {}, area), button);
    this.#said.setAttribute('role', 'status');
    this.#rows.append(...cells(this.#level));
    this.#level.name.textContent = say('level');
    this.#level.line.hidden = this.#level.highest.hidden = true;
    this.element.append(
      head,
      this.#said,
      this.#rows,
      this.#top,
      element('div', { className: 'echosight-ear-key' }, say('key')),
    );
  }

  show(heard: Source): void {
    const { dbfs, classes, top, triggered, suppressed } = heard;
    this.#speak(heard);
    put(this.#level.now, (dbfs - quietestDbfs) / -quietestDbfs);
    this.#level.numbers.textContent = say('dbfs', { level: dbfs.toFixed(0) });
    for (const one of classes) {
      const against = suppressed.find(({ label }) => label === one.label)?.by;
      this.#showClass(one, triggered.includes(one.label), against);
    }
    this.#top.textContent = top.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(' · ');
  }

  #showClass({ label, score, highest, threshold }: HeardClass, isHeard: boolean, against: string | undefined): void {
    let shown = this.#classes.get(label);
    if (shown === undefined) {
      shown = row();
      shown.name.textContent = soundName(label);
      this.#classes.set(label, shown);
      this.#rows.append(...cells(shown));
    }
    put(shown.now, score);
    shown.now.className = isHeard ? 'echosight-ear-over' : '';
    shown.highest.style.left = percent(highest);
    shown.line.style.left = percent(threshold);
    shown.numbers.textContent = `${score.toFixed(2)} / ${highest.toFixed(2)}`;
    const words = { score: score.toFixed(2), highest: highest.toFixed(2), threshold: threshold.toFixed(2) };
    shown.bar.title = say('bar', words) + (against === undefined ? '' : ` ${say('against', { by: against })}`);
    shown.name.title = soundName(label);
  }

  /** The same words are not said anew twice a second to who cannot see. */
  #speak(heard: Source): void {
    const { word, tone, sounds } = listenerState(heard);
    const { last, unheard, capturedAt, suppressed } = heard;
    const at = word === 'just' ? (last?.at ?? capturedAt) : capturedAt;
    const time = new Date(at).toLocaleTimeString();
    const [against] = suppressed;
    const words = say(word, {
      ...{ since: time, time, sounds: sounds.map(soundName).join(', ') },
      ...(against === undefined ? {} : { label: soundName(against.label), by: against.by }),
    });
    const tellsUnheard = unheard > 0 && (word === 'muted' || word === 'listening');
    const all = tellsUnheard ? `${words} ${say('unheard', { count: unheard })}` : words;
    if (this.#said.textContent !== all) this.#said.textContent = all;
    this.#said.className = toneLooks[tone];
  }
}

function row(): Row {
  const [now, highest, line] = [element('i'), element('u'), element('s')];
  const bar = element('div', { className: 'echosight-ear-bar' }, now, highest, line);
  return { name: element('span'), bar, now, highest, line, numbers: element('b') };
}

function cells({ name, bar, numbers }: Row): HTMLElement[] {
  return [name, bar, numbers];
}

function put(bar: HTMLElement, share: number): void {
  bar.style.width = percent(share);
}

function percent(share: number): string {
  return `${Math.round(1000 * Math.min(1, Math.max(0, share))) / 10}%`;
}

/** A class as people call it; those of the user's own keep their names. */
function soundName(label: string): string {
  const key = `audio-classify.sound.${label}`;
  const known = text('audio-classify', key);
  return known.endsWith(key) ? label.replaceAll('_', ' ') : known;
}
