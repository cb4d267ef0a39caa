import type { ModelDownload } from '../contracts/model-download.ts';
import { element } from './element.ts';
import { askMachine, problemOf } from './machine.ts';
import type { OfferedModel } from './model-picker.ts';
import { text } from './register.ts';

const askEveryMs = 500;

/**
 * A button that gets the model which is missing: the chosen one, else the first that can be downloaded. One for each dialog.
 */
export class ModelDownloadButton {
  readonly #type: string;
  readonly #place: HTMLElement;
  readonly #button = element('button', { type: 'button', className: 'red-ui-button' });
  readonly #bar = element('progress', { max: 1, value: 0, hidden: true });
  readonly #said = element('p');
  readonly #arrived: (model: string) => void;
  #model: OfferedModel | undefined;
  #isRunning = false;

  /** @param arrived is told of a model that is on the machine now. */
  constructor(type: string, place: HTMLElement, arrived: (model: string) => void) {
    this.#type = type;
    this.#place = place;
    this.#arrived = arrived;
    this.#said.setAttribute('role', 'status');
    place.replaceChildren(this.#button, this.#bar, this.#said);
    this.#button.addEventListener('click', () => {
      this.#isRunning = true;
      this.#ask('pull');
    });
  }

  /** The models as the machine has them, and which one is chosen. */
  offer(models: readonly OfferedModel[], chosen: string): void {
    if (this.#isRunning) return;
    const absent = models.filter(({ from }) => from !== undefined);
    this.#model = absent.find(({ id }) => id === chosen) ?? absent[0];
    this.#button.hidden = this.#model === undefined;
    if (this.#model === undefined) return;
    const { title, license, from } = this.#model;
    const [name = title] = title.split(/[,:]/);
    const words = this.#say('download', { name, license, size: megabytes(from?.bytes ?? 0), host: from?.host ?? '' });
    const picture = element('i', { className: 'fa fa-download' });
    picture.setAttribute('aria-hidden', 'true');
    this.#button.replaceChildren(picture, ` ${words}`);
  }

  #ask(question: 'pull' | 'pulling'): void {
    const model = this.#model?.id ?? '';
    askMachine<ModelDownload>(`${this.#type}/${question}`, { model }).then(
      (answer) => {
        this.#show(answer, model);
      },
      (failed: unknown) => {
        this.#end(
          'echosight-problem',
          problemOf(failed, (key) => this.#say(key)),
        );
      },
    );
  }

  #show({ state, there, bytes, said = '' }: ModelDownload, model: string): void {
    if (!this.#place.isConnected) return;
    if (state === 'failed') this.#end('echosight-problem', said);
    else if (state === 'done') {
      this.#end('echosight-ok', this.#say('arrived'));
      this.#arrived(model);
    } else {
      this.#button.disabled = true;
      this.#bar.hidden = false;
      this.#bar.value = there / bytes;
      const far = this.#say('progress', { there: megabytes(there), bytes: megabytes(bytes) });
      this.#tell('echosight-advice', `${far} ${said}`.trim());
      setTimeout(() => {
        if (this.#place.isConnected) this.#ask('pulling');
      }, askEveryMs);
    }
  }

  #end(look: string, words: string): void {
    this.#isRunning = this.#button.disabled = false;
    this.#bar.hidden = true;
    this.#tell(look, words);
  }

  #tell(look: string, words: string): void {
    this.#said.className = look;
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }

  #say(key: string, params?: Record<string, string | number>): string {
    return text(this.#type, `${this.#type}.picker.${key}`, params);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
