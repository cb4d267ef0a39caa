import type { Refusal } from '../../answer.ts';
import { languageFor, type MessageTemplate } from './message-template.ts';

/** Refusals that speak of the template: parameters, name, form, content, paused, disabled. */
const faultCodes: Readonly<Record<number, string>> = {
  132000: 'has another number of parameters',
  132001: 'does not exist',
  132005: 'becomes too long',
  132007: 'holds what its policy does not allow',
  132012: 'has other parameters',
  132015: 'is paused',
  132016: 'is disabled',
};
/** Whoever mends a template need not wait longer. */
const rememberedMs = 3_600_000;

/** Statuses in which a template is sent. */
const sendable: ReadonlySet<string> = new Set(['APPROVED', 'FLAGGED', 'IN_APPEAL']);

/** Code of a request that is wrong, which also speaks of placeholders whose names were not given. */
const badParameter = 100;

/** Whether another template might go where this one was refused. */
export function isTemplateFault(refusal: Pick<Refusal, 'code' | 'message'>): boolean {
  return faultIn(refusal) !== undefined;
}

function faultIn({ code = -1, message }: Pick<Refusal, 'code' | 'message'>): string | undefined {
  if (code === badParameter && /parameter name/i.test(message)) return 'has parameters with other names';
  return faultCodes[code];
}

interface Fault {
  words: string;
  until: number;
}

/** Which templates of an account can be sent now: what refusals said of them within the hour, and what the hourly check says. */
export class TemplateBook {
  readonly templates: readonly MessageTemplate[];
  readonly #now: () => number;
  readonly #faults = new Map<string, Fault>();

  /** @param now monotonic, in milliseconds. */
  constructor(templates: readonly MessageTemplate[], now: () => number) {
    this.templates = templates;
    this.#now = now;
  }

  /** Index of the first template from `from` on that can be sent in a language; `from` where none can. */
  usable(from: number, language: string): number {
    const { templates } = this;
    for (let index = from; index < templates.length; index += 1) {
      const template = templates[index];
      if (template !== undefined && this.#faultOf(template.name, languageFor(template, language)) === undefined)
        return index;
    }
    return Math.min(from, templates.length - 1);
  }

  /** A template was refused. */
  refused(index: number, language: string, refusal: Pick<Refusal, 'code' | 'message'>): void {
    const template = this.templates[index];
    const words = faultIn(refusal);
    if (template === undefined || words === undefined) return;
    this.#faults.set(keyOf(template.name, languageFor(template, language)), {
      words,
      until: this.#now() + rememberedMs,
    });
  }

  /** It was sent: whatever was wrong is over. */
  taken(index: number, language: string): void {
    const template = this.templates[index];
    if (template !== undefined) this.#faults.delete(keyOf(template.name, languageFor(template, language)));
  }

  /** What the provider says of all templates of a name: language and status of each. */
  heard(name: string, statuses: readonly { language: string; status: string }[]): void {
    const languages = new Set(this.templates.filter((one) => one.name === name).flatMap((one) => one.languages));
    for (const language of languages) {
      const status = statuses.find((one) => one.language === language)?.status;
      const key = keyOf(name, language);
      if (status !== undefined && sendable.has(status)) this.#faults.delete(key);
      else {
        const words = status === undefined ? 'does not exist' : `is ${status.toLowerCase().replaceAll('_', ' ')}`;
        this.#faults.set(key, { words, until: this.#now() + 2 * rememberedMs });
      }
    }
  }

  /** What is wrong with which template, for people. */
  get faults(): string[] {
    return this.templates.flatMap(({ name, languages }) =>
      languages.flatMap((language) => {
        const fault = this.#faultOf(name, language);
        return fault === undefined ? [] : [`${name} (${language}) ${fault.words}`];
      }),
    );
  }

  #faultOf(name: string, language: string): Fault | undefined {
    const fault = this.#faults.get(keyOf(name, language));
    return fault !== undefined && fault.until > this.#now() ? fault : undefined;
  }
}

function keyOf(name: string, language: string): string {
  return `${name} ${language}`;
}
