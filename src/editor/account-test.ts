import { element } from './element.ts';
import { inputOf, text } from './register.ts';
import type { SettingsSchema } from './schema-fault.ts';

/** What Node-RED's editor shows for a secret that is stored. */
const stored = '__PWRD__';

interface TestAnswer {
  recipient: string;
  taken: boolean;
  message?: string;
  hint?: string;
}

/** What the button of the dialog tests. */
export interface TestedAccount {
  type: string;
  schema: SettingsSchema;
  credentials: Readonly<Record<string, unknown>>;
  /** Fields of config nodes have ids of their own. */
  config: boolean;
  /** Settings that no field of their own holds. */
  more?: () => Readonly<Record<string, unknown>>;
}

/** The button of the dialog sends a test message to everybody of the account, as its fields stand, and says what came of it. */
export function offerAccountTest(account: TestedAccount, node: { id: string }): void {
  const say = (key: string): string => text(account.type, `shared.accountTest.${key}`);
  const button = document.getElementById('echosight-test-button');
  const place = document.getElementById('echosight-test-answer');
  if (button === null || place === null) return;
  button.replaceChildren(element('i', { className: 'fa fa-paper-plane-o' }), ` ${say('button')}`);
  let busy = false;
  button.addEventListener('click', () => {
    if (busy) return;
    busy = true;
    button.setAttribute('aria-busy', 'true');
    place.replaceChildren(element('i', { className: 'fa fa-spinner fa-spin' }), ` ${say('running')}`);
    const show = (...shown: HTMLElement[]): void => {
      busy = false;
      button.removeAttribute('aria-busy');
      place.replaceChildren(...shown);
    };
    $.ajax({
      url: `echosight/${account.type}/test`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(questionOf(account, node)),
    }).then(
      (answers) => {
        show(...(answers as TestAnswer[]).map((answer) => row(answer, say)));
      },
      (failed) => {
        show(refusal(failed, say));
      },
    );
  });
}

function questionOf({ schema, credentials, config, more }: TestedAccount, { id }: { id: string }) {
  const values = (keys: readonly string[]): [string, string | boolean][] =>
    keys.flatMap((key): [string, string | boolean][] => {
      const field = inputOf(key, config);
      if (field instanceof HTMLInputElement && field.type === 'checkbox') return [[key, field.checked]];
      const hasText =
        field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;
      return hasText ? [[key, field.value]] : [];
    });
  const fresh = values(Object.keys(credentials)).filter(([, value]) => value !== stored);
  return {
    id,
    settings: { ...Object.fromEntries(values(Object.keys(schema.properties))), ...more?.() },
    credentials: Object.fromEntries(fresh),
  };
}

function row({ recipient, taken, message = '', hint = '' }: TestAnswer, say: (key: string) => string): HTMLElement {
  const icon = element('i', { className: `fa ${taken ? 'fa-check' : 'fa-times-circle'}` });
  const words = taken ? say('taken') : message;
  const line = element('div', { className: taken ? 'echosight-test-taken' : 'echosight-test-refused' }, icon);
  line.append(element('strong', {}, ` ${recipient}: `), words);
  if (hint !== '') line.append(element('div', { className: 'echosight-advice' }, hint));
  return line;
}

function refusal(failed: unknown, say: (key: string) => string): HTMLElement {
  const { status, responseText = '' } = failed as { status: number; responseText?: string };
  if (status === 401 || status === 403) return element('div', {}, say('forbidden'));
  try {
    const { message = '', hint = '' } = JSON.parse(responseText) as { message?: string; hint?: string };
    return row({ recipient: say('notSent'), taken: false, message, hint }, say);
  } catch {
    return element('div', {}, say('failed'));
  }
}
