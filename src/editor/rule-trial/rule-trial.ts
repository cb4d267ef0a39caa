import type { Rule } from '../../contracts/configs.ts';
import type { ReplayedIncident, RuleTrialAnswer } from '../../contracts/rule-trial.ts';
import { captioned, choice, element } from '../element.ts';
import { problemOf } from '../machine.ts';
import { minuteWords } from './minute-words.ts';
import type { Receiver } from './receivers.ts';
import style from './rule-trial.css';
import { timeline } from './trial-timeline.ts';
import { clock, ruleName, say, shortClock } from './trial-words.ts';

const minuteMs = 60_000;
const spans = ['15', '60', '360', '1440', 'lines'] as const;

/** What the section takes from the dialog around it. */
export interface TrialOptions {
  node: { id: string };
  /** The rules as they stand in the dialog. */
  rules: () => Rule[];
  /** Fields of the dialog as they stand. */
  setting: (key: 'correlationSeconds' | 'quietSeconds' | 'incidentsPerHour' | 'neighbours') => string;
  receivers: () => Receiver[];
}

/** The section that tries the rules of the open dialog on what the node kept, and explains any minute of it. */
export class RuleTrial {
  readonly #options: TrialOptions;
  readonly #lines = element('textarea', { rows: 5, hidden: true, placeholder: say('linesPlaceholder') });
  readonly #span = choice(
    spans.map((value) => ({ value, label: say(`span.${value}`) })),
    '60',
    (value) => {
      this.#lines.hidden = value !== 'lines';
    },
  );
  readonly #try = captioned('fa-play', say('try'));
  readonly #why = captioned('fa-question-circle', say('explain'));
  readonly #minute = element('input', { type: 'datetime-local' });
  readonly #said = element('p');
  readonly #shown = element('div');
  readonly #incident = element('div', { className: 'echosight-trial-explained', hidden: true });
  readonly #explained = element('div', { className: 'echosight-trial-why' });
  #request: { abort(): void } | undefined;

  /** @param place What stood there goes. */
  constructor(place: HTMLElement, options: TrialOptions) {
    this.#options = options;
    this.#span.title = say('spanTitle');
    this.#lines.ariaLabel = say('span.lines');
    this.#minute.ariaLabel = say('minute');
    this.#minute.value = localMinute(Date.now() - minuteMs);
    this.#said.setAttribute('role', 'status');
    place.replaceChildren(
      element('style', {}, style),
      element('div', { className: 'echosight-trial-ask' }, element('span', {}, say('on')), this.#span, this.#try),
      this.#lines,
      this.#said,
      this.#shown,
      this.#incident,
      element('div', { className: 'echosight-trial-ask' }, element('span', {}, say('whyAt')), this.#minute, this.#why),
      this.#explained,
    );
    this.#try.addEventListener('click', () => {
      const span = this.#span.value;
      this.#ask(span === 'lines' ? { lines: this.#lines.value } : { minutes: Number(span) }, (answer, rules) => {
        this.#show(answer, rules);
      });
    });
    this.#why.addEventListener('click', () => {
      const why = new Date(this.#minute.value).getTime();
      if (Number.isNaN(why)) this.#tell('echosight-problem', say('noMinute'));
      else
        this.#ask({ why }, (answer, rules) => {
          this.#explain(answer, rules);
        });
    });
  }

  /** The dialog closes. */
  close(): void {
    this.#request?.abort();
  }

  #ask(what: object, show: (answer: RuleTrialAnswer, rules: Rule[]) => void): void {
    const { node, rules: current, setting } = this.#options;
    const rules = structuredClone(current());
    const settings = {
      ...{ correlationSeconds: setting('correlationSeconds'), quietSeconds: setting('quietSeconds') },
      ...{ incidentsPerHour: setting('incidentsPerHour'), neighbours: setting('neighbours') },
    };
    this.#try.disabled = this.#why.disabled = true;
    this.#tell('echosight-advice', say('playing'));
    this.#request?.abort();
    const request = $.ajax({
      ...{ url: 'echosight/fuse-severity/trial', method: 'POST', contentType: 'application/json' },
      data: JSON.stringify({ id: node.id, rules, ...settings, ...what }),
    });
    this.#request = request;
    const finish = (): void => {
      this.#try.disabled = this.#why.disabled = false;
    };
    request.then(
      (answer) => {
        finish();
        show(answer as RuleTrialAnswer, rules);
      },
      (failed) => {
        finish();
        if ((failed as { statusText?: string }).statusText === 'abort') return;
        this.#tell('echosight-problem', problemOf(failed, say));
      },
    );
  }

  #show(answer: RuleTrialAnswer, rules: readonly Rule[]): void {
    this.#incident.hidden = true;
    this.#shown.replaceChildren();
    const { from, to } = answer;
    if (!this.#isPlayed(answer) || from === undefined || to === undefined) return;
    const choose = (incident: ReplayedIncident): void => {
      this.#choose(incident);
    };
    const idle = rules.filter((rule, order) => rule.enabled && (answer.marks[order] ?? []).length === 0).map(ruleName);
    this.#shown.append(timeline({ answer, rules, from, to, choose }));
    if (idle.length > 0) this.#shown.append(element('p', {}, say('idle', { names: idle.join(', ') })));
    const [first] = [...answer.incidents].sort((a, b) => b.severity - a.severity);
    if (first !== undefined) this.#choose(first);
  }

  #choose({ severity, reason, area, startedAt, endedAt, explanation }: ReplayedIncident): void {
    const until = endedAt === undefined ? say('stillOpen') : say('until', { at: clock(endedAt) });
    const head = `${say('incident', { severity, reason, area, at: clock(startedAt) })} ${until}`;
    const sentences = explanation.map((sentence) => element('li', {}, sentence));
    this.#incident.replaceChildren(element('strong', {}, head), element('ul', {}, ...sentences));
    this.#incident.hidden = false;
    this.#minute.value = localMinute(startedAt);
  }

  #explain(answer: RuleTrialAnswer, rules: readonly Rule[]): void {
    this.#explained.replaceChildren();
    if (!this.#isPlayed(answer)) return;
    this.#tell('', '');
    this.#explained.append(...minuteWords(answer, rules, this.#options.receivers()));
  }

  /** Says how it went. */
  #isPlayed({ state, signals, count, skipped, skippedCount, cut, keptSince, to }: RuleTrialAnswer): boolean {
    const kept = keptSince === undefined ? '' : ` ${say('keptSince', { at: dayClock(keptSince) })}`;
    if (state !== 'played') {
      this.#tell('echosight-advice', `${say(`state.${state}`)}${kept}`);
      return false;
    }
    const [bad] = skipped;
    const sentences = [
      say('played', { signals, count }),
      cut === true && to !== undefined ? say('cut', { at: shortClock(to) }) : '',
      bad === undefined ? '' : say('skipped', { count: skippedCount, line: bad.line, message: bad.message }),
    ];
    this.#tell(
      bad === undefined ? 'echosight-ok' : 'echosight-warning',
      sentences.filter((one) => one !== '').join(' '),
    );
    return signals > 0;
  }

  #tell(look: string, words: string): void {
    this.#said.className = look;
    this.#said.textContent = words;
  }
}

/** A time as a date field takes it. */
function localMinute(at: number): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * minuteMs);
  return shifted.toISOString().slice(0, 16);
}

function dayClock(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
}
