import type { Incident } from '../../../contracts/messages.ts';
import { buttonTitles } from '../../inbound/button-titles.ts';
import { renderAlert, type AlertPlace } from '../../text-template.ts';
import { wholeText, type MessageTemplate } from './message-template.ts';

/** A template as one hands it in: `POST /<WhatsApp Business Account ID>/message_templates`. */
export interface TemplateProposal {
  name: string;
  language: string;
  category: 'UTILITY';
  /** Absent: the placeholders are numbered. */
  parameter_format?: 'NAMED';
  components: object[];
}

interface Words {
  whole: string;
  opening: string;
  closing: string;
  details: string;
  fields: Readonly<Record<string, string>>;
}

const words: Readonly<Record<'en' | 'de', Words>> = {
  en: {
    whole: 'Security alert: {{1}} Please check.',
    opening: 'Security alert of your alarm system.',
    closing: 'Please check what has happened.',
    details: 'Details',
    fields: {
      ...{
        severityWord: 'Kind',
        severity: 'Severity',
        siteName: 'Site',
        area: 'Area',
        label: 'What',
        reason: 'Reason',
      },
      ...{ time: 'Time', clock: 'Time', ts: 'Time', sources: 'Camera', explanation: 'Explanation', text: 'Report' },
      ...{
        incidentId: 'Number',
        shortId: 'Number',
        confidence: 'Confidence',
        snapshotUrl: 'Picture',
        audioUrl: 'Sound',
      },
    },
  },
  de: {
    whole: 'Sicherheitsalarm: {{1}} Bitte nachsehen.',
    opening: 'Sicherheitsalarm Ihrer Alarmanlage.',
    closing: 'Bitte sehen Sie nach, was geschehen ist.',
    details: 'Einzelheiten',
    fields: {
      ...{ severityWord: 'Art', severity: 'Stufe', siteName: 'Ort', area: 'Bereich', label: 'Was', reason: 'Grund' },
      ...{ time: 'Zeit', clock: 'Zeit', ts: 'Zeit', sources: 'Kamera', explanation: 'Erklärung', text: 'Meldung' },
      ...{ incidentId: 'Nummer', shortId: 'Nummer', confidence: 'Sicherheit', snapshotUrl: 'Bild', audioUrl: 'Ton' },
    },
  },
};

/** What a person must put in the place of the sample picture: an upload of its own. */
export const pictureHandle = 'HANDLE_OF_A_SAMPLE_PICTURE';

/**
 * A template that fits what the account says of it, ready to be handed in, with sample values. Languages other than German
 * begin with the English words.
 */
export function templateProposal(
  template: Omit<MessageTemplate, 'languages'>,
  language: string,
  sample: { incident: Incident; place: AlertPlace; text: string },
): TemplateProposal {
  const { name, parameters, names, header, buttons } = template;
  const tongue = /^de(_|$)/.test(language) ? 'de' : 'en';
  const place = { ...sample.place, language: tongue } as const;
  const values = parameters.map((parameter) => {
    const value = parameter === wholeText ? sample.text : renderAlert(parameter, sample.incident, place, 200);
    return value.replace(/\s+/g, ' ').trim();
  });
  const titles = Object.values(buttonTitles[tongue]).map((title) => ({ type: 'QUICK_REPLY', text: title }));
  return {
    ...{ name, language, category: 'UTILITY' },
    ...(names === undefined ? {} : { parameter_format: 'NAMED' }),
    components: [
      ...(header ? [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: [pictureHandle] } }] : []),
      {
        ...{ type: 'BODY', text: bodyOf(template, words[tongue]) },
        ...(values.length === 0 ? {} : { example: exampleOf(values, names) }),
      },
      ...(buttons ? [{ type: 'BUTTONS', buttons: titles }] : []),
    ],
  };
}

/** Sample values of the placeholders. */
function exampleOf(values: readonly string[], names: MessageTemplate['names']): object {
  if (names === undefined) return { body_text: [values] };
  return { body_text_named_params: values.map((example, index) => ({ param_name: names[index], example })) };
}

/** Neither begins nor ends with a placeholder, and no two stand side by side. */
function bodyOf(
  { parameters, names }: Pick<MessageTemplate, 'parameters' | 'names'>,
  { whole, opening, closing, details, fields }: Words,
): string {
  const placeholder = (index: number): string => `{{${names?.[index] ?? index + 1}}}`;
  if (parameters.length === 1 && parameters[0] === wholeText) return whole.replace('{{1}}', placeholder(0));
  const lines = parameters.map((parameter, index) => {
    const field = /^\{(\w+)\}$/.exec(parameter)?.[1] ?? '';
    return `${fields[field] ?? details}: ${placeholder(index)}`;
  });
  return [opening, ...lines, closing].join('\n');
}
