import type { CalibrationAnswer, CalibrationSource, CalibrationSuggestions } from '../../contracts/calibration.ts';
import { choice, element } from '../element.ts';
import { askMachine, problemOf } from '../machine.ts';
import { CalibrationForm } from './calibration-form.ts';
import { say } from './calibration-words.ts';
import { suggestionList } from './suggestion-list.ts';

const askEveryMs = 1000;

/** Shows the calibration of a running node while the section of the dialog that holds it is unfolded. */
export function offerCalibration(node: { id: string }): void {
  const place = document.getElementById('echosight-calibration');
  if (place === null) return;
  new CalibrationView(node.id, place).watch();
}

/** Asks the running node what it hears, and tells it what the buttons say. */
class CalibrationView {
  readonly #id: string;
  readonly #section: HTMLDetailsElement | null;
  readonly #form: CalibrationForm;
  /** Of the microphone. */
  #key = '';
  #offered = '';
  #isAsking = false;

  constructor(id: string, place: HTMLElement) {
    this.#id = id;
    this.#section = place.closest('details');
    this.#form = new CalibrationForm(place);
  }

  watch(): void {
    const form = this.#form;
    this.#section?.addEventListener('toggle', () => {
      void this.#askOnAndOn();
    });
    form.record.addEventListener('click', () => {
      this.#do(form.isRecording ? 'stop' : 'begin', { minutes: form.minutes });
    });
    form.mark.addEventListener('click', () => {
      this.#do('mark', { label: form.label });
    });
    form.forget.addEventListener('click', () => {
      if (!window.confirm(say('forgetSure'))) return;
      form.suggested.replaceChildren();
      this.#do('forget');
    });
    form.suggest.addEventListener('click', () => {
      void this.#askForThresholds();
    });
    void this.#askOnAndOn();
  }

  /** Until the section is folded or the dialog is gone. */
  async #askOnAndOn(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#section?.isConnected === true && this.#section.open) {
      if (!document.hidden) await this.#showNow();
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    this.#isAsking = false;
  }

  async #showNow(): Promise<void> {
    try {
      this.#show(await this.#ask<CalibrationAnswer>(''));
    } catch (failed) {
      this.#fail(failed);
    }
  }

  #do(what: 'begin' | 'stop' | 'mark' | 'forget', query: Record<string, string> = {}): void {
    this.#ask(`-${what}`, query).then(
      () => void this.#showNow(),
      (failed: unknown) => {
        this.#fail(failed);
      },
    );
  }

  async #askForThresholds(): Promise<void> {
    const { suggested, budgetPerDay } = this.#form;
    suggested.replaceChildren(element('p', {}, element('i', { className: 'fa fa-spinner fa-spin' })));
    try {
      const answer = await this.#ask<CalibrationSuggestions>('-suggest', { budget: String(budgetPerDay) });
      suggested.replaceChildren(...suggestionList(answer));
    } catch (failed) {
      suggested.replaceChildren(element('p', { className: 'echosight-problem' }, problemOf(failed, say)));
    }
  }

  #ask<Answer>(question: string, query: Record<string, string> = {}): Promise<Answer> {
    return askMachine(`audio-classify/calibration${question}`, { id: this.#id, key: this.#key, ...query });
  }

  #show({ state, sources, kept }: CalibrationAnswer): void {
    const shown = sources.find(({ key }) => key === this.#key) ?? sources[0];
    if (shown === undefined) {
      this.#form.showNothing(say(state === 'absent' ? 'absent' : 'waiting'));
      return;
    }
    this.#offer(sources, shown);
    this.#form.show(shown, kept);
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
      this.#form.suggested.replaceChildren();
      void this.#showNow();
    });
    list.setAttribute('aria-label', say('microphone'));
    this.#form.microphones.replaceChildren(...(sources.length > 1 ? [list] : []));
  }

  #fail(failed: unknown): void {
    this.#form.tell('echosight-problem', problemOf(failed, say));
  }
}
