import type { TrainingAnswer } from '../../contracts/training-dialog.ts';
import type { TrainingSession } from '../../contracts/training.ts';
import { captioned, element } from '../element.ts';
import { askMachine, problemOf } from '../machine.ts';
import { inputOf } from '../register.ts';
import { lastTraining } from './last-training.ts';
import { say, share, type } from './training-words.ts';
import { versionList } from './version-list.ts';

const askEveryMs = 500;
const running: readonly TrainingSession['state'][] = ['validating', 'embedding', 'training'];

/** The buttons of the open dialog learn from recordings, and put to use what came of it, at the running node. */
export function offerTraining(node: { id: string }): void {
  const place = document.getElementById('echosight-training');
  if (place !== null) new TrainingView(node.id, place).watch();
}

class TrainingView {
  readonly #id: string;
  readonly #place: HTMLElement;
  readonly #train = captioned('fa-graduation-cap', say('train'));
  readonly #choose = captioned('fa-upload', say('choose'));
  readonly #cancel = captioned('fa-stop', say('cancel'));
  readonly #file = element('input', { type: 'file', accept: '.zip,application/zip', hidden: true });
  readonly #state = element('p');
  readonly #bar = element('progress', { max: 1, value: 0, hidden: true });
  readonly #problem = element('p', { className: 'echosight-problem' });
  readonly #last = element('div');
  readonly #versions = element('div');
  readonly #shown = new Map<HTMLElement, string>();
  #upload: { abort(): void } | undefined;
  /** Orders that the machine has not answered yet: until then no older news is shown. */
  #orders = 0;
  #asked = 0;

  constructor(id: string, place: HTMLElement) {
    this.#id = id;
    this.#place = place;
    for (const part of [this.#state, this.#problem]) part.setAttribute('role', 'status');
    this.#cancel.hidden = true;
    const buttons = element('div', { className: 'echosight-buttons' }, this.#train, this.#choose, this.#cancel);
    place.replaceChildren(buttons, this.#file, this.#problem, this.#state, this.#bar, this.#last, this.#versions);
  }

  watch(): void {
    this.#train.addEventListener('click', () => {
      this.#showBegun(say('state.validating'));
      this.#do('begin', this.#wish('path'));
    });
    this.#choose.addEventListener('click', () => {
      this.#file.click();
    });
    this.#file.addEventListener('change', () => {
      const [zip] = this.#file.files ?? [];
      if (zip !== undefined) this.#send(zip);
      // The same file may be chosen again.
      this.#file.value = '';
    });
    this.#cancel.addEventListener('click', () => {
      this.#upload?.abort();
      this.#do('cancel');
    });
    void this.#askOnAndOn();
  }

  /** Until the dialog is gone. */
  async #askOnAndOn(): Promise<void> {
    while (this.#place.isConnected) {
      if (!document.hidden) await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const isNews = (): boolean => turn === this.#asked && this.#orders === 0;
    try {
      const answer = await askMachine<TrainingAnswer>(`${type}/training`, { id: this.#id });
      if (isNews()) this.#show(answer);
    } catch (failed) {
      if (isNews()) this.#state.textContent = problemOf(failed, say);
    }
  }

  #do(what: 'begin' | 'cancel' | 'use' | 'back', query: Record<string, string> = {}): void {
    const over = this.#order();
    askMachine(`${type}/training-${what}`, { id: this.#id, ...query }).then(
      () => {
        over('');
      },
      (failed: unknown) => {
        over(problemOf(failed, say));
      },
    );
  }

  /** @returns is told once that the order was answered, and what was wrong with it. */
  #order(): (problem: string) => void {
    this.#problem.textContent = '';
    this.#orders += 1;
    return (problem) => {
      this.#orders -= 1;
      // Of a begin and its cancel, each is answered.
      if (problem !== '') this.#problem.textContent = problem;
      void this.#ask();
    };
  }

  #showBegun(words: string): void {
    for (const button of [this.#train, this.#choose]) button.disabled = true;
    this.#cancel.hidden = false;
    this.#state.textContent = words;
  }

  #send(zip: File): void {
    const answered = this.#order();
    const data = new FormData();
    data.append('file', zip);
    const query = new URLSearchParams({ id: this.#id, name: zip.name, ...this.#wish() });
    const request = $.ajax({
      ...{ url: `echosight/${type}/upload?${query.toString()}`, method: 'POST' },
      ...{ contentType: false, processData: false, data },
    });
    this.#upload = request;
    this.#showBegun(say('sending', { name: zip.name }));
    const over = (problem: string): void => {
      this.#upload = undefined;
      answered(problem);
    };
    request.then(
      () => {
        over('');
      },
      (failed) => {
        over((failed as { statusText?: string }).statusText === 'abort' ? '' : problemOf(failed, say));
      },
    );
  }

  /** As the dialog stands, deployed or not. */
  #wish(...more: 'path'[]): Record<string, string> {
    const force = inputOf('force');
    const typed = ['model' as const, ...more].map((setting): [string, string] => {
      const field = inputOf(setting);
      return [setting, field instanceof HTMLInputElement ? field.value.trim() : ''];
    });
    return { ...Object.fromEntries(typed), force: String(force instanceof HTMLInputElement && force.checked) };
  }

  #show({ state, status }: TrainingAnswer): void {
    const isAbsent = state === 'absent' || status === undefined;
    for (const button of [this.#train, this.#choose]) button.disabled = isAbsent;
    if (isAbsent) {
      this.#state.textContent = say('absent');
      return;
    }
    const { session } = status;
    const isRunning = session !== undefined && running.includes(session.state);
    for (const button of [this.#train, this.#choose]) button.disabled = isRunning;
    this.#cancel.hidden = this.#bar.hidden = !isRunning;
    this.#bar.value = session?.progress ?? 0;
    const words = stateWords(status);
    if (this.#state.textContent !== words) this.#state.textContent = words;
    // What somebody has unfolded stays unfolded, whatever becomes of the versions meanwhile.
    const last = session === undefined || isRunning ? undefined : session;
    this.#draw(this.#last, [last?.id, last?.state], () => (last === undefined ? [] : lastTraining(last)));
    const { versions, active, misfit, model } = status;
    this.#draw(this.#versions, [versions, active, misfit, model], () =>
      versionList(status, {
        use: (version) => {
          this.#do('use', { version: String(version) });
        },
        back: () => {
          this.#do('back');
        },
      }),
    );
  }

  /** Anew only when what it shows is something else. */
  #draw(place: HTMLElement, shown: unknown[], parts: () => HTMLElement[]): void {
    const words = JSON.stringify(shown);
    if (this.#shown.get(place) === words) return;
    this.#shown.set(place, words);
    place.replaceChildren(...parts());
  }
}

/** How it goes with the training under way, or went with the last one. */
function stateWords({ session, active }: NonNullable<TrainingAnswer['status']>): string {
  if (session === undefined) return say('state.idle');
  const { state, progress, clips, refused, version = 0, activated, kept, comparison, results, error } = session;
  const accuracy = share(results?.balancedAccuracy ?? 0);
  if (state === 'failed') return say('state.failed', { reason: error?.message ?? '' });
  if (state !== 'done') return say(`state.${state}`, { percent: share(progress), clips, refused });
  if (version === active) return say('state.done', { version, accuracy });
  if (activated === true) return say('state.learnt', { version, accuracy });
  return `${say('state.kept', { version, accuracy })} ${kept ?? comparison?.said ?? ''}`.trim();
}
