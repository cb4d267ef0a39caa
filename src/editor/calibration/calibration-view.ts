import {
  calibrationLimits,
  thresholdSettings,
  type CalibrationAnswer,
  type CalibrationSource,
  type CalibrationSuggestions,
} from '../../contracts/calibration.ts';
import { choice, element } from '../element.ts';
import { inputOf, text } from '../register.ts';
import { suggestionCard } from './suggestion-card.ts';

const askEveryMs = 1000;
const silentSeconds = 5;
/** False alarms a day. */
const budgets = { month: 1 / 30, week: 1 / 7, day: 1, hours: 4 } as const;

const say = (key: string, params?: Record<string, string | number>): string =>
  text('audio-classify', `audio-classify.calibration.${key}`, params);
const classes = Object.keys(thresholdSettings) as (keyof typeof thresholdSettings)[];

/** The name of the field of its threshold. */
function nameOf(label: string): string {
  const known = classes.find((name) => name === label);
  return known === undefined ? label : text('audio-classify', `audio-classify.label.${thresholdSettings[known]}`);
}

/** Shows the calibration of a running node while the section of the dialog that holds it is unfolded. */
export function offerCalibration(node: { id: string }): void {
  const place = document.getElementById('echosight-calibration');
  if (place === null) return;
  new CalibrationView(node.id, place).watch();
}

class CalibrationView {
  readonly #id: string;
  readonly #place: HTMLElement;
  readonly #words = element('p');
  readonly #body = element('div', { hidden: true });
  readonly #sources = element('div');
  readonly #minutes = element('input', { type: 'number', value: String(calibrationLimits.minutes.usual), step: '1' });
  readonly #record = button('fa-circle');
  readonly #bar = element('progress', { max: 1, value: 0 });
  readonly #progress = element('span');
  readonly #label = choice(
    classes.map((value) => ({ value, label: nameOf(value) })),
    'glass_break',
    () => undefined,
  );
  readonly #mark = button('fa-flag');
  readonly #clip = element('p');
  readonly #kept = element('p');
  readonly #forget = button('fa-trash');
  readonly #budget = choice(
    Object.keys(budgets).map((value) => ({ value, label: say(`budget.${value}`) })),
    'week',
    () => undefined,
  );
  readonly #suggest = button('fa-magic');
  readonly #suggested = element('div');
  #key = '';
  #offered = '';
  #isRecording = false;
  #isAsking = false;

  constructor(id: string, place: HTMLElement) {
    this.#id = id;
    this.#place = place;
    for (const part of [this.#words, this.#clip, this.#suggested]) part.setAttribute('role', 'status');
    this.#minutes.min = String(calibrationLimits.minutes.least);
    this.#minutes.max = String(calibrationLimits.minutes.most);
    caption(this.#record, say('record'));
    caption(this.#mark, say('mark'));
    caption(this.#forget, say('forget'));
    caption(this.#suggest, say('suggest'));
    const labelled = (key: string, field: HTMLElement, ...more: HTMLElement[]): HTMLElement => {
      field.setAttribute('aria-label', say(key));
      return element('div', { className: 'echosight-calibration-row' }, element('span', {}, say(key)), field, ...more);
    };
    this.#body.append(
      ...[this.#sources, element('h5', {}, say('step.ambient'))],
      labelled('minutes', this.#minutes, this.#record),
      element('div', { className: 'echosight-calibration-row' }, this.#bar, this.#progress),
      ...[element('h5', {}, say('step.clips')), labelled('class', this.#label, this.#mark), this.#clip],
      element('div', { className: 'echosight-calibration-row' }, this.#kept, this.#forget),
      ...[element('h5', {}, say('step.suggest')), labelled('atMost', this.#budget, this.#suggest), this.#suggested],
    );
    place.replaceChildren(this.#words, this.#body);
  }

  watch(): void {
    this.#place.closest('details')?.addEventListener('toggle', () => {
      void this.#askOnAndOn();
    });
    this.#record.addEventListener('click', () => {
      this.#do(this.#isRecording ? 'stop' : 'begin', { minutes: this.#minutes.value });
    });
    this.#mark.addEventListener('click', () => {
      this.#do('mark', { label: this.#label.value });
    });
    this.#forget.addEventListener('click', () => {
      if (!window.confirm(say('forgetSure'))) return;
      this.#suggested.replaceChildren();
      this.#do('forget');
    });
    this.#suggest.addEventListener('click', () => {
      this.#askForThresholds();
    });
    void this.#askOnAndOn();
  }

  /** Until the section is folded or the dialog is gone. */
  async #askOnAndOn(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#place.isConnected && this.#place.closest('details')?.open === true) {
      if (!document.hidden) await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    this.#isAsking = false;
  }

  #ask(): Promise<void> {
    return new Promise((resolve) => {
      $.getJSON(this.#address('')).then(
        (answer) => {
          this.#show(answer as CalibrationAnswer);
          resolve();
        },
        (failed) => {
          this.#fail(failed);
          resolve();
        },
      );
    });
  }

  #do(what: 'begin' | 'stop' | 'mark' | 'forget', query: Record<string, string> = {}): void {
    $.getJSON(this.#address(`-${what}`, query)).then(
      () => void this.#ask(),
      (failed) => {
        this.#fail(failed);
      },
    );
  }

  #askForThresholds(): void {
    const budget = budgets[this.#budget.value as keyof typeof budgets];
    this.#suggested.replaceChildren(element('p', {}, element('i', { className: 'fa fa-spinner fa-spin' })));
    $.getJSON(this.#address('-suggest', { budget: String(budget) })).then(
      (answer) => {
        this.#showThresholds(answer as CalibrationSuggestions);
      },
      (failed) => {
        this.#suggested.replaceChildren(element('p', { className: 'echosight-problem' }, problemOf(failed)));
      },
    );
  }

  #show({ state, sources, kept }: CalibrationAnswer): void {
    const shown = sources.find(({ key }) => key === this.#key) ?? sources[0];
    this.#body.hidden = shown === undefined;
    if (shown === undefined) {
      this.#tell('echosight-warning', say(state === 'absent' ? 'absent' : 'waiting'));
      return;
    }
    this.#offer(sources, shown);
    const { source, area, silentSeconds: silence, fault, recording, clip } = shown;
    const silent = silence === null || silence > silentSeconds;
    if (fault !== undefined) this.#tell('echosight-problem', fault);
    else if (silent) this.#tell('echosight-warning', say('silent', { source, seconds: Math.round(silence ?? 0) }));
    else this.#tell('echosight-advice', say('hears', { source, area }));
    this.#isRecording = recording !== undefined;
    caption(this.#record, say(this.#isRecording ? 'stop' : 'record'), this.#isRecording ? 'fa-stop' : 'fa-circle');
    this.#minutes.disabled = this.#isRecording;
    this.#bar.parentElement?.toggleAttribute('hidden', recording === undefined);
    if (recording !== undefined) {
      this.#bar.value = recording.seconds / recording.ofSeconds;
      this.#progress.textContent = say('progress', {
        ...{ done: clockTime(recording.seconds), of: clockTime(recording.ofSeconds), windows: recording.windows },
      });
    }
    this.#mark.disabled = clip?.state === 'listening';
    const score = clip?.state === 'kept' ? clip.score.toFixed(2) : '';
    write(
      this.#clip,
      clip === undefined ? say('clipHow') : say(`clip.${clip.state}`, { label: nameOf(clip.label), score }),
    );
    const clips = Object.entries(kept?.clips ?? {}).map(([label, count]) => `${nameOf(label)} ${count}`);
    const minutes = kept?.ambientMinutes ?? 0;
    const some = minutes > 0 || clips.length > 0;
    write(
      this.#kept,
      some ? say('kept', { minutes: spoken(minutes), clips: clips.join(', ') || '0' }) : say('nothingKept'),
    );
    this.#forget.hidden = !some || this.#isRecording;
  }

  #showThresholds(answer: CalibrationSuggestions): void {
    const { ambientMinutes, dismissedDays, budgetPerDay } = answer;
    const entries = Object.entries(answer.classes);
    const applied = element('p', { className: 'echosight-ok' });
    applied.setAttribute('role', 'status');
    const tell = (): void => {
      applied.replaceChildren(element('i', { className: 'fa fa-check' }), ` ${say('applied')}`);
    };
    const all = button('fa-check');
    caption(all, say('applyAll'));
    all.addEventListener('click', () => {
      for (const [label, { threshold }] of entries) if (threshold !== null) apply(label, threshold);
      tell();
    });
    const cards = entries.map(([label, suggestion]) =>
      suggestionCard(nameOf(label), suggestion, budgetPerDay / entries.length, (threshold) => {
        apply(label, threshold);
        tell();
      }),
    );
    const any = entries.some(([, { threshold }]) => threshold !== null);
    const days = Math.round(dismissedDays);
    this.#suggested.replaceChildren(
      element('p', {}, say('basis', { minutes: spoken(ambientMinutes), days, model: answer.model })),
      element('p', { className: 'echosight-advice' }, say('caveat')),
      ...(any ? [all] : []),
      applied,
      ...cards,
    );
  }

  /** A list is offered where there is a choice. */
  #offer(sources: readonly CalibrationSource[], shown: CalibrationSource): void {
    this.#key = shown.key;
    const offered = sources.map(({ key }) => key).join('\r');
    if (offered === this.#offered) return;
    this.#offered = offered;
    const options = sources.map(({ key, source, area }) => ({ value: key, label: `${source} (${area})` }));
    const list = choice(options, shown.key, (key) => {
      this.#key = key;
      this.#suggested.replaceChildren();
      void this.#ask();
    });
    list.setAttribute('aria-label', say('microphone'));
    this.#sources.replaceChildren(...(sources.length > 1 ? [list] : []));
  }

  #address(question: string, query: Record<string, string> = {}): string {
    const asked = new URLSearchParams({ id: this.#id, key: this.#key, ...query });
    return `echosight/audio-classify/calibration${question}?${asked.toString()}`;
  }

  #fail(failed: unknown): void {
    this.#tell('echosight-problem', problemOf(failed));
  }

  #tell(look: string, words: string): void {
    write(this.#words, words);
    this.#words.className = look;
  }
}

/** Writes a threshold into its field, as if somebody had typed it. */
function apply(label: string, threshold: number): void {
  const known = classes.find((name) => name === label);
  const field = known === undefined ? null : inputOf(thresholdSettings[known]);
  if (!(field instanceof HTMLInputElement)) return;
  field.value = String(threshold);
  for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
}

function button(icon: string): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', className: 'red-ui-button' },
    element('i', { className: `fa ${icon}` }),
    '',
  );
}

function caption(target: HTMLButtonElement, words: string, icon?: string): void {
  const picture = target.querySelector('i');
  if (picture === null) return;
  if (icon !== undefined) picture.className = `fa ${icon}`;
  picture.setAttribute('aria-hidden', 'true');
  if (target.textContent !== ` ${words}`) target.replaceChildren(picture, ` ${words}`);
}

/** The same words are not said anew every second to who cannot see. */
function write(target: HTMLElement, words: string): void {
  if (target.textContent !== words) target.textContent = words;
}

function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function spoken(minutes: number): string {
  return minutes < 10 ? minutes.toFixed(1) : String(Math.round(minutes));
}

function problemOf(failed: unknown): string {
  const { status, responseJSON } = failed as { status: number; responseJSON?: { message?: string; hint?: string } };
  const { message, hint = '' } = responseJSON ?? {};
  if (message !== undefined) return `${message} ${hint}`.trim();
  return say(status === 401 || status === 403 ? 'forbidden' : 'unreachable');
}
