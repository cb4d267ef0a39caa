import { fieldNames, renderAlert, textTemplates, type AlertPlace } from '../alerting/text-template.ts';
import type { Incident } from '../contracts/messages.ts';
import { element } from './element.ts';
import { accepts, inputOf, text } from './register.ts';

const type = 'whatsapp-out';
const say = (key: string): string => text(type, `${type}.${key}`);

/** The text of an alert in the open dialog: texts to begin with, fields to insert, and what it looks like in the end. */
export function prepareTextField(): void {
  const field = inputOf('template');
  const choose = document.getElementById('echosight-text-template');
  const fields = document.getElementById('echosight-text-fields');
  const preview = document.getElementById('echosight-text-preview');
  if (!(field instanceof HTMLTextAreaElement) || !(choose instanceof HTMLSelectElement)) return;
  const changed = (): void => {
    const known = Object.entries(textTemplates).find(([, template]) => template === field.value);
    choose.value = known?.[0] ?? '';
    preview?.replaceChildren(shown(field.value));
    // Node-RED checks a field anew when it hears of the change.
    field.dispatchEvent(new Event('change'));
  };
  choose.replaceChildren(
    element('option', { value: '' }, say('textTemplate.own')),
    ...Object.keys(textTemplates).map((value) => element('option', { value }, say(`textTemplate.${value}`))),
  );
  choose.addEventListener('change', () => {
    const chosen = Object.entries(textTemplates).find(([name]) => name === choose.value);
    if (chosen !== undefined) [, field.value] = chosen;
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
  changed();
}

/** The text as it would arrive, or what is wrong with it. */
function shown(template: string): HTMLElement {
  const place: AlertPlace = { siteName: say('sample.site'), publicAddress: 'https://home.example/echosight' };
  if (accepts((typed: string) => renderAlert(typed, sampleIncident(), place, 4096), template)) {
    return element('div', { className: 'echosight-message' }, renderAlert(template, sampleIncident(), place, 4096));
  }
  return element('div', { className: 'echosight-rule-warning' }, say('fault.preview'));
}

/** What the sample clip leads to, at this moment. */
function sampleIncident(): Incident {
  const at = Date.now();
  const source = say('sample.source');
  const evidence = { source, mime: 'image/jpeg', bytes: 1, sha256: '', capturedAt: at };
  return {
    ...({ v: 1, kind: 'incident', site: 'home', area: say('sample.area'), source, capturedAt: at } as const),
    ...({ id: '5f0c7c1e', phase: 'start', severity: 3, label: say('sample.label') } as const),
    ...{ reason: 'person+glass_break', confidence: 0.87, sources: [source], signals: [], startedAt: at, updatedAt: at },
    explanation: [say('sample.person'), say('sample.glass')],
    evidence: [{ ...evidence, id: 'snapshot-id', type: 'snapshot' }],
  };
}
