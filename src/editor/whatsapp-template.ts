import {
  pictureHandle,
  templateProposal,
  type TemplateProposal,
} from '../alerting/channels/whatsapp/template-proposal.ts';
import { placeholdersIn, wholeText } from '../alerting/channels/whatsapp/message-template.ts';
import { checkTemplate, fieldNames, renderAlert, textTemplates } from '../alerting/text-template.ts';
import { captioned, caption, choice, element } from './element.ts';
import { accepts, inputOf, text } from './register.ts';
import { sampleIncident } from './sample-incident.ts';

const type = 'sentinel-whatsapp-account';
const kinds = { whole: wholeText, details: '{siteName}\n{area}\n{time}\n{label}' } as const;

/** Settings of which the template is made. */
const watched = [
  ...['templateName', 'templateLanguage', 'templateParameters', 'templateHeader', 'templateButtons'],
  ...['secondTemplateName', 'secondTemplateLanguage', 'secondTemplateParameters'],
  ...['businessAccountId', 'graphVersion', 'baseUrl'],
];

function say(key: string, params?: Record<string, string>): string {
  return text(type, `${type}.${key}`, params);
}

/** Checks that the variables of a template have only fields that exist. */
export function checkVariables(lines: string): true | string {
  if (!accepts(placeholdersIn, linesIn(lines))) return say('proposal.names');
  const { parameters } = placeholdersIn(linesIn(lines));
  const wrong = parameters.find((parameter) => parameter !== wholeText && !accepts(checkTemplate, parameter));
  return wrong === undefined || say('proposal.wrong');
}

/** The template of an account in the open dialog: what stands in its places, and its text to be handed in. */
export function prepareTemplate(): void {
  const field = inputOf('templateParameters', true);
  const ofSecond = inputOf('secondTemplateParameters', true);
  const kind = document.getElementById('echosight-template-kind');
  if (!(field instanceof HTMLTextAreaElement) || !(ofSecond instanceof HTMLTextAreaElement)) return;
  if (!(kind instanceof HTMLSelectElement)) return;
  // Where a field that is clicked goes.
  let written = field;
  for (const area of [field, ofSecond]) {
    area.addEventListener('focus', () => {
      written = area;
    });
  }
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  let chosen = '';
  let last = '';
  const show = (): void => {
    const more = document.getElementById('echosight-template-more');
    if (more !== null) more.hidden = valueOf('templateName') === '' && valueOf('secondTemplateName') === '';
    const second = document.getElementById('echosight-second-template');
    if (second !== null) second.hidden = valueOf('secondTemplateName') === '';
    kind.value = names.find((name) => kinds[name] === field.value.trim()) ?? 'own';
    // A field that loses the focus says once more that it changed: a button that is being pressed must stay.
    const key = JSON.stringify([chosen, ...watched.map((name) => [valueOf(name), ticked(name)])]);
    if (key === last) return;
    last = key;
    const content = shown(chosen, (which) => {
      chosen = which;
      show();
    });
    document.getElementById('echosight-template-proposal')?.replaceChildren(...content);
  };
  const changed = (): void => {
    field.dispatchEvent(new Event('change'));
  };
  kind.replaceChildren(...[...names, 'own'].map((value) => element('option', { value }, say(`kind.${value}`))));
  kind.addEventListener('change', () => {
    const name = names.find((one) => one === kind.value);
    if (name !== undefined) field.value = kinds[name];
    changed();
  });
  document.getElementById('echosight-template-fields')?.replaceChildren(
    element('div', {}, say('tip.fields')),
    ...['text', ...fieldNames].map((name) => {
      const insert = element('a', { href: '#' }, `{${name}}`);
      insert.addEventListener('click', (event) => {
        event.preventDefault();
        written.setRangeText(`{${name}}`, written.selectionStart, written.selectionEnd, 'end');
        written.focus();
        written.dispatchEvent(new Event('change'));
      });
      return insert;
    }),
  );
  field.addEventListener('input', changed);
  for (const key of watched) {
    for (const event of ['input', 'change']) inputOf(key, true)?.addEventListener(event, show);
  }
  show();
}

/** The template that is chosen, as text and as JSON, each to be copied. */
function shown(chosen: string, choose: (which: string) => void): HTMLElement[] {
  const proposals = proposalsNow();
  if (proposals === undefined) return [element('div', { className: 'echosight-rule-warning' }, say('proposal.wrong'))];
  const named = new Map(proposals.map((one) => [`${one.name} (${one.language})`, one]));
  const [which = '', proposal] = [...named].find(([name]) => name === chosen) ?? [...named][0] ?? [];
  if (proposal === undefined) return [element('div', { className: 'form-tips' }, say('proposal.none'))];
  const options = [...named.keys()].map((name) => ({ value: name, label: name }));
  const list = choice(options, which, choose);
  list.setAttribute('aria-label', say('proposal.which'));
  const json = JSON.stringify(proposal, undefined, 2);
  const url = postUrl();
  const post = json.includes(pictureHandle)
    ? say('proposal.post', { url, handle: pictureHandle })
    : say('proposal.postPlain', { url });
  return [
    list,
    ...copied(say('proposal.text'), wordsOf(proposal)),
    ...copied(say('proposal.json'), json),
    element('div', { className: 'echosight-advice' }, post),
  ];
}

function postUrl(): string {
  const account = valueOf('businessAccountId') || 'WHATSAPP_BUSINESS_ACCOUNT_ID';
  return `${valueOf('baseUrl')}/${valueOf('graphVersion')}/${account}/message_templates`;
}

function copied(title: string, content: string): HTMLElement[] {
  const button = captioned('fa-clipboard', say('proposal.copy'), 'red-ui-button-small');
  const area = element('textarea', {
    className: 'echosight-json',
    readOnly: true,
    value: content,
    rows: rowsOf(content),
  });
  area.setAttribute('aria-label', title);
  button.addEventListener('click', () => {
    area.select();
    // Without https there is no clipboard for pages; what is selected can be copied by hand.
    const copying = (navigator.clipboard as Clipboard | undefined)?.writeText(content);
    copying?.then(
      () => {
        caption(button, say('proposal.copied'), 'fa-check');
      },
      () => undefined,
    );
  });
  return [element('div', { className: 'echosight-copied' }, element('span', {}, title), button), area];
}

function rowsOf(content: string): number {
  return Math.min(12, content.split('\n').length + 1);
}

/** As a person fills in the form of the WhatsApp manager. */
function wordsOf({ name, language, components }: TemplateProposal): string {
  interface Component {
    type: string;
    text?: string;
    example?: { body_text?: string[][]; body_text_named_params?: { param_name: string; example: string }[] };
    buttons?: { text: string }[];
  }
  const parts = components as Component[];
  const body = parts.find((part) => part.type === 'BODY');
  const buttons = parts.find((part) => part.type === 'BUTTONS')?.buttons ?? [];
  const { body_text: [numbered = []] = [], body_text_named_params: named = [] } = body?.example ?? {};
  const samples = [
    ...numbered.map((value, index) => `{{${index + 1}}} = ${value}`),
    ...named.map(({ param_name: place, example }) => `{{${place}}} = ${example}`),
  ];
  return [
    `${say('proposal.name')}: ${name}`,
    `${say('proposal.language')}: ${language}`,
    say('proposal.category'),
    ...(parts.some((part) => part.type === 'HEADER') ? [say('proposal.header')] : []),
    `${say('proposal.body')}:`,
    body?.text ?? '',
    ...(buttons.length === 0 ? [] : [`${say('proposal.buttons')}: ${buttons.map((button) => button.text).join(', ')}`]),
    ...(samples.length === 0 ? [] : [`${say('proposal.samples')}:`, ...samples]),
  ].join('\n');
}

/** Undefined where a field is wrong. */
function proposalsNow(): TemplateProposal[] | undefined {
  const incident = sampleIncident((key) => say(key));
  const place = { siteName: say('sample.site'), publicAddress: 'https://home.example/echosight' };
  const buttons = ticked('templateButtons');
  const own = (key: string): string => valueOf(`secondTemplate${key}`) || valueOf(`template${key}`);
  const first = { name: valueOf('templateName'), header: ticked('templateHeader') };
  const described = [
    { ...first, lines: valueOf('templateParameters'), codes: valueOf('templateLanguage') },
    { ...{ name: valueOf('secondTemplateName'), header: false }, lines: own('Parameters'), codes: own('Language') },
  ].filter(({ name }) => name !== '');
  try {
    const whole = renderAlert(textTemplates.standard, incident, place, 400);
    const sample = { incident, place, text: whole };
    return described.flatMap(({ name, header, lines, codes }) => {
      const template = { name, header, buttons, ...placeholdersIn(linesIn(lines)) };
      return codes.split(',').map((code) => templateProposal(template, code.trim(), sample));
    });
  } catch {
    return undefined;
  }
}

function linesIn(lines: string): string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function valueOf(key: string): string {
  const field = inputOf(key, true);
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value.trim() : '';
}

function ticked(key: string): boolean {
  const field = inputOf(key, true);
  return field instanceof HTMLInputElement && field.checked;
}
