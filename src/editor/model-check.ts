import type { ModelSummary, ModelTryAnswer } from '../contracts/model-try.ts';
import { element } from './element.ts';
import { inputOf, text } from './register.ts';

const settings = ['model', 'family', 'classNames', 'inputSize'] as const;
/** Typing settles before the file is looked at. */
const settleMs = 400;
/** As the route has it. */
const mostBytes = 12 * 1024 * 1024;
/** So many classes are named. */
const named = 6;

const say = (key: string, params?: Record<string, string | number>): string =>
  text('detectron-infer', `detectron-infer.try.${key}`, params);

/**
 * Shows what the model of the open dialog is, as soon as it is chosen, and tries it on a picture when somebody asks.
 * @param known Is told the classes of the model; undefined while they are not known.
 */
export function offerModelCheck(
  families: readonly string[],
  chosenFamily: unknown,
  known: (labels: readonly string[] | undefined) => void,
): void {
  offerFamilies(families, chosenFamily);
  const check = new ModelCheck(known);
  for (const setting of settings) {
    const field = inputOf(setting);
    for (const event of ['input', 'change'])
      field?.addEventListener(event, () => {
        check.look(settleMs);
      });
  }
  const file = document.getElementById('echosight-model-file');
  document.getElementById('echosight-model-try')?.addEventListener('click', () => {
    check.run(undefined);
  });
  document.getElementById('echosight-model-own')?.addEventListener('click', () => {
    file?.click();
  });
  file?.addEventListener('change', () => {
    const picture = file instanceof HTMLInputElement ? file.files?.[0] : undefined;
    if (picture !== undefined) check.run(picture);
    // The same file may be chosen again.
    if (file instanceof HTMLInputElement) file.value = '';
  });
  const more = document.getElementById('echosight-model-known');
  const said = settings.slice(1).some((setting) => valueOf(setting) !== '');
  if (more instanceof HTMLDetailsElement) more.open = said;
  check.look(0);
}

function offerFamilies(families: readonly string[], chosen: unknown): void {
  const field = inputOf('family');
  if (!(field instanceof HTMLSelectElement)) return;
  const own = typeof chosen === 'string' && chosen !== '' && !families.includes(chosen) ? [chosen] : [];
  const options = ['', ...families, ...own].map((value) =>
    element('option', { value }, value === '' ? say('family') : value),
  );
  field.replaceChildren(...options);
  field.value = typeof chosen === 'string' ? chosen : '';
}

/** Says one thing at a time; what a newer question overtakes is not shown. */
class ModelCheck {
  readonly #known: (labels: readonly string[] | undefined) => void;
  readonly #said = document.getElementById('echosight-model-said');
  readonly #found = document.getElementById('echosight-model-found');
  #latest = 0;
  #tried = 0;

  constructor(known: (labels: readonly string[] | undefined) => void) {
    this.#known = known;
  }

  look(afterMs: number): void {
    const question = ++this.#latest;
    // What was found with another model says nothing about this one.
    this.#tried += 1;
    this.#found?.replaceChildren();
    setTimeout(() => {
      if (question !== this.#latest || this.#said?.isConnected !== true) return;
      $.getJSON(address('model')).then(
        (answer) => {
          if (question !== this.#latest) return;
          const model = answer as ModelSummary;
          this.#known(model.labels);
          this.#said?.replaceChildren(...description(model));
        },
        (failed) => {
          if (question !== this.#latest) return;
          this.#known(undefined);
          this.#said?.replaceChildren(fault(failed));
        },
      );
    }, afterMs);
  }

  run(picture: Blob | undefined): void {
    const attempt = ++this.#tried;
    if (picture !== undefined && picture.size > mostBytes) {
      this.#show(verdict('echosight-problem', 'fa-times-circle', say('large')));
      return;
    }
    this.#show(
      element('p', {}, element('i', { className: 'fa fa-spinner fa-spin' }), ` ${valueOf('model')} ${say('running')}`),
    );
    const request = $.ajax({
      url: `${address('try')}&${new URLSearchParams({ threshold: valueOf('threshold'), provider: valueOf('provider') }).toString()}`,
      method: 'POST',
      contentType: 'application/octet-stream',
      data: picture ?? '',
      processData: false,
    });
    request.then(
      (answer) => {
        if (attempt === this.#tried) this.#show(...result(answer as ModelTryAnswer));
      },
      (failed) => {
        if (attempt !== this.#tried) return;
        const problem = fault(failed);
        // What stands above the button already is not said twice.
        if (problem.textContent === this.#said?.textContent) this.#found?.replaceChildren();
        else this.#show(problem);
      },
    );
  }

  #show(...shown: HTMLElement[]): void {
    const box = element('div', {}, ...shown);
    box.setAttribute('role', 'status');
    this.#found?.replaceChildren(box);
  }
}

function address(question: 'model' | 'try'): string {
  const chosen = Object.fromEntries(settings.map((setting) => [setting, valueOf(setting)]));
  return `echosight/detectron-infer/${question}?${new URLSearchParams(chosen).toString()}`;
}

function valueOf(setting: string): string {
  const field = inputOf(setting);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value : '';
}

function description({ family, labels, input, because }: ModelSummary): HTMLElement[] {
  const classes = labels.slice(0, named).join(', ') + (labels.length > named ? '…' : '');
  const says = say(labels.length === 1 ? 'isOne' : 'is', { family, count: labels.length, classes, ...input });
  const why =
    because.length === 0 ? [] : [element('br'), element('small', { className: 'echosight-advice' }, because.join(' '))];
  return [element('span', { title: labels.slice(0, 200).join(', ') }, says, ...why)];
}

function result({ picture, objects, found, inferenceMs, besidesMs, backend, fallback }: ModelTryAnswer): HTMLElement[] {
  const numbers = { found, ms: Math.round(inferenceMs), besides: Math.round(besidesMs), backend };
  const seen = objects.map(({ label, score }) => `${label} ${Math.round(score * 100)} %`).join(', ');
  const words = say(found === 0 ? 'none' : 'found', numbers);
  return [
    found === 0
      ? verdict('echosight-warning', 'fa-exclamation-triangle', words)
      : verdict('echosight-ok', 'fa-check', words),
    ...(fallback === undefined ? [] : [verdict('echosight-warning', 'fa-exclamation-triangle', fallback)]),
    ...(found === 0 ? [] : [element('p', {}, seen + (found > objects.length ? '…' : ''))]),
    element('img', { src: picture, alt: say('alt') }),
  ];
}

function verdict(look: string, icon: string, words: string): HTMLElement {
  const symbol = element('i', { className: `fa ${icon}` });
  symbol.setAttribute('aria-hidden', 'true');
  return element('p', { className: look }, symbol, ` ${words}`);
}

/** What went wrong, in the words of the route. */
function fault(failed: unknown): HTMLElement {
  const { status, responseText = '' } = failed as { status: number; responseText?: string };
  let words = say(status === 401 || status === 403 ? 'forbidden' : 'unreachable');
  try {
    const { detail, message = detail, hint = '' } = JSON.parse(responseText) as Record<string, string | undefined>;
    if (message !== undefined) words = `${message} ${hint}`.trim();
  } catch {
    // No answer of ours.
  }
  return verdict('echosight-problem', 'fa-times-circle', words);
}
