import { fieldNames, renderAlert, textTemplates, type AlertPlace } from '../alerting/text-template.ts';
import { element } from './element.ts';
import { accepts, inputOf, text } from './register.ts';
import { sampleIncident } from './sample-incident.ts';

/** What the field belongs to. */
export interface TextForm {
  /** Node type, whose locale has the texts. */
  type: string;
  /** Names of the texts that are offered. */
  offers: readonly (keyof typeof textTemplates)[];
  /** How the channel changes a text, as `ContentForm.fit`. */
  fit?: (text: string) => string;
}

type Say = (key: string) => string;

/** The text of an alert in the open dialog: texts to begin with, fields to insert, and what it looks like in the end. */
export function prepareTextField(form: TextForm): void {
  const say: Say = (key) => text(form.type, `${form.type}.${key}`);
  const field = inputOf('template');
  const choose = document.getElementById('echosight-text-template');
  const fields = document.getElementById('echosight-text-fields');
  const preview = document.getElementById('echosight-text-preview');
  if (!(field instanceof HTMLTextAreaElement) || !(choose instanceof HTMLSelectElement)) return;
  const changed = (): void => {
    choose.value = form.offers.find((name) => textTemplates[name] === field.value) ?? '';
    preview?.replaceChildren(shown(field.value, form, say));
    // Node-RED checks a field anew when it hears of the change.
    field.dispatchEvent(new Event('change'));
  };
  choose.replaceChildren(
    element('option', { value: '' }, say('textTemplate.own')),
    ...form.offers.map((value) => element('option', { value }, say(`textTemplate.${value}`))),
  );
  choose.addEventListener('change', () => {
    const chosen = form.offers.find((name) => name === choose.value);
    if (chosen !== undefined) field.value = textTemplates[chosen];
    changed();
  });
  fields?.replaceChildren(
    element('div', {}, say('tip.template')),
    ...fieldNames.map((name) => {
      const insert = element('a', { href: '#' }, `{${name}}`);
      insert.addEventListener('click', (event) => {
        event.preventDefault();
        field.setRangeText(`{${name}}`, field.selectionStart, field.selectionEnd, 'end');
        field.focus();
        changed();
      });
      return insert;
    }),
  );
  field.addEventListener('input', changed);
  inputOf('language')?.addEventListener('change', changed);
  inputOf('site')?.addEventListener('change', changed);
  changed();
}

/** The text as it would arrive, or what is wrong with it. */
function shown(template: string, { fit = (typed) => typed }: TextForm, say: Say): HTMLElement {
  const place = placeOf(say);
  const rendered = (typed: string): string => fit(renderAlert(typed, sampleIncident(say), place, 4096));
  if (accepts(rendered, template)) return element('div', { className: 'echosight-message' }, rendered(template));
  return element('div', { className: 'echosight-rule-warning' }, say('fault.preview'));
}

/** The site that is chosen, as far as its texts go. */
function placeOf(say: Say): AlertPlace {
  const valueOf = (key: string): string => {
    const field = inputOf(key);
    return field instanceof HTMLSelectElement || field instanceof HTMLInputElement ? field.value : '';
  };
  const site = RED.nodes.node(valueOf('site')) as { name?: string; timeZone?: string } | null;
  const timeZone = site?.timeZone ?? '';
  const known = accepts((zone: string) => new Intl.DateTimeFormat('en', { timeZone: zone }), timeZone);
  return {
    siteName: site?.name ?? say('sample.site'),
    publicAddress: 'https://home.example/echosight',
    language: valueOf('language') === 'de' ? 'de' : 'en',
    ...(timeZone !== '' && known ? { timeZone } : {}),
  };
}
