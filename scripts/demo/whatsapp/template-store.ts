import { GraphError } from './graph-error.ts';

export interface Template {
  /** It begins with a picture. */
  header: boolean;
  /** {{n}} are its parameters, or {{name}} where they have names. */
  body: string;
  buttons: readonly string[];
}

export type TemplateStatus = 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED';

const english = {
  alarm: 'Alarm at {{1}}, camera {{2}}, {{3}}: {{4}}. Please check.',
  buttons: ['Acknowledge', 'Talk', 'Dismiss'],
};
const german = {
  alarm: 'Alarm in {{1}}, Kamera {{2}}, {{3}}: {{4}}. Bitte nachsehen.',
  buttons: ['Bestätigen', 'Sprechen', 'Verwerfen'],
};

/** The templates of the sandbox, by name and language. */
const approved: Readonly<Record<string, Readonly<Record<string, Template>>>> = {
  security_alert: {
    en: { header: true, body: english.alarm, buttons: english.buttons },
    de: { header: true, body: german.alarm, buttons: german.buttons },
  },
  security_alert_text: {
    en: { header: false, body: english.alarm, buttons: english.buttons },
    de: { header: false, body: german.alarm, buttons: german.buttons },
  },
  security_alert_named: {
    en: { header: false, body: 'Alarm at {{site}}: {{what}}. Please check.', buttons: [] },
    de: { header: false, body: 'Alarm in {{site}}: {{what}}. Bitte nachsehen.', buttons: [] },
  },
  echosight_alert: {
    en: { header: false, body: 'Security alert: {{1}} Please check.', buttons: [] },
    de: { header: false, body: 'Sicherheitsalarm: {{1}} Bitte nachsehen.', buttons: [] },
  },
};

/** What a template that is not approved is refused with. */
const refusals: Readonly<Record<Exclude<TemplateStatus, 'APPROVED'>, number>> = {
  ...{ PENDING: 132001, REJECTED: 132001, PAUSED: 132015, DISABLED: 132016 },
};

/** The message templates of the account, and whether each can be sent. */
export class TemplateStore {
  readonly #statuses = new Map<string, TemplateStatus>();

  /** Changes the status of a template, in one language or in all. */
  set(name: string, status: TemplateStatus, language?: string): void {
    for (const code of Object.keys(approved[name] ?? {})) {
      if (language === undefined || language === code) this.#statuses.set(`${name} ${code}`, status);
    }
  }

  /** A template as it may be sent. @throws GraphError 132001, 132015, 132016 */
  find(name: string, language: string): Template {
    const template = approved[name]?.[language];
    const status = this.#statusOf(name, language);
    if (template !== undefined && status === 'APPROVED') return template;
    if (template === undefined || status === 'APPROVED') {
      throw new GraphError(132001, `template name (${name}) does not exist in ${language}`);
    }
    throw new GraphError(refusals[status], `template name (${name}) in ${language} is ${status}`);
  }

  /** As `GET /<WhatsApp Business Account ID>/message_templates?name=` lists them: names that hold this one. */
  list(name: string): object[] {
    return Object.entries(approved)
      .filter(([known]) => known.includes(name))
      .flatMap(([known, languages]) =>
        Object.keys(languages).map((language) => ({
          ...{ id: `${known}-${language}`, name: known, language, status: this.#statusOf(known, language) },
          category: 'UTILITY',
        })),
      );
  }

  #statusOf(name: string, language: string): TemplateStatus {
    return this.#statuses.get(`${name} ${language}`) ?? 'APPROVED';
  }
}
