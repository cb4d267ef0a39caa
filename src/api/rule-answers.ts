import type { Scope } from '../contracts/access.ts';
import type { RuleNodes } from '../contracts/rule-list.ts';
import { languages, type Language } from '../process/package-files.ts';
import type { Call, Handlers } from './call.ts';
import { languageOf } from './language.ts';
import { listPage, pageParameters } from './list-page.ts';
import { Parameters } from './parameters.ts';
import { sendJson } from './send.ts';

export interface RuleHost {
  /** The rules of the sites of which the caller may see something. */
  rules(language: Language, scope: Scope): Promise<RuleNodes>;
}

/** Answers who wants to know what makes an incident. */
export class RuleAnswers {
  readonly #host: RuleHost;
  readonly handlers = { listRules: (call) => this.#list(call) } satisfies Partial<Handlers>;

  constructor(host: RuleHost) {
    this.#host = host;
  }

  /** @throws Problem 400 */
  async #list({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, ['lang', ...pageParameters]);
    const language = given.oneOf('lang', languages) ?? languageOf(request);
    response.setHeader('Content-Language', language);
    const { rows: nodes, paging } = listPage(given, (await this.#host.rules(language, caller)).nodes);
    sendJson(request, response, 200, { nodes, ...paging });
  }
}
