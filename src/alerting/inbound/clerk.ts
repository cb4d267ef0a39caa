import { SentinelError } from '../../contracts/errors.ts';
import { longestSnoozeMinutes } from '../../contracts/snooze.ts';
import type { Clock, HouseDesk, HouseIncident, Log } from '../../contracts/ports.ts';
import { masked } from '../recipients.ts';
import { answerWords, type AnswerKey } from './answer-words.ts';
import { acknowledgeAll, buttonTitles, type ButtonAction } from './button-titles.ts';
import type { ButtonTokens } from './button-tokens.ts';
import { spokenCommand, spokenMode, type Language, type SpokenCommand } from './spoken-command.ts';
import type { MessageEvent } from './webhook-body.ts';

/** An order that comes later than this is not what the house needs any more. */
const freshMs = 10 * 60_000;

export interface ClerkOptions {
  house: HouseDesk;
  tokens: ButtonTokens;
  /** The incidents that a message of ours was about; none where it is not known. */
  incidentsOf: (messageId: string) => Promise<readonly string[]>;
  /** Answers somebody who has just written: free text is allowed. A rejection is logged. */
  answer: (to: string, said: { text: string; picture?: Buffer; replyTo: string }) => Promise<void>;
  /** What is not ours to do goes to the flow. */
  passOn: (order: { command: string; value: Record<string, unknown> }) => void;
  clock: Clock;
  log: Log;
}

interface Said {
  key: AnswerKey;
  fields?: Record<string, string>;
  picture?: Buffer;
}

/** Does what people of the account ask for by button or in words, and answers each of them. */
export class Clerk {
  readonly #options: ClerkOptions;

  constructor(options: ClerkOptions) {
    this.#options = options;
  }

  /** Never rejects. What is neither a button nor a command gets no answer. */
  async take(event: MessageEvent): Promise<void> {
    const { answer, log } = this.#options;
    const spoken = event.token === undefined ? spokenCommand(event.text ?? '') : undefined;
    if (event.token === undefined && (spoken === undefined || event.type !== 'text')) return;
    const language = spoken?.language ?? languageOf(event.text ?? '');
    try {
      const said = await this.#said(event, spoken, language).catch((error: unknown): Said => {
        log.error(`An order by WhatsApp could not be followed: ${String(error)}`);
        return { key: 'failed', fields: { why: error instanceof SentinelError ? error.message : '' } };
      });
      const text = answerWords(language, said.key, said.fields);
      const { picture } = said;
      await answer(event.from, { text, replyTo: event.id, ...(picture === undefined ? {} : { picture }) });
    } catch (error) {
      log.warn(`${masked(event.from)} could not be answered: ${String(error)}`);
    }
  }

  async #said(event: MessageEvent, spoken: SpokenCommand | undefined, language: Language): Promise<Said> {
    const late = this.#options.clock.now() - event.at;
    if (late > freshMs) return { key: 'late', fields: { minutes: String(Math.round(late / 60_000)) } };
    if (spoken === undefined) return await this.#press(event, language);
    return await this.#orders[spoken.command](event, spoken);
  }

  /** What each command does. */
  readonly #orders: Readonly<
    Record<SpokenCommand['command'], (event: MessageEvent, spoken: SpokenCommand) => Promise<Said>>
  > = {
    help: () => Promise.resolve({ key: 'help' }),
    acknowledge: async (event, { rest }) => await this.#judge('acknowledge', event, await this.#meant(event, rest)),
    dismiss: async (event, { rest }) => await this.#judge('dismiss', event, await this.#meant(event, rest)),
    arm: async (event, { rest }) => await this.#arm(event, spokenMode(rest)),
    disarm: async (event) => await this.#arm(event, 'disarmed'),
    snooze: (event, { rest }) => this.#snooze(event, rest),
    status: (_event, { language }) => this.#status(language),
    snapshot: (_event, { rest }) => this.#snapshot(rest),
  };

  async #press({ token = '', from, text = '', replyTo }: MessageEvent, language: Language): Promise<Said> {
    const { tokens, clock, log, passOn, incidentsOf } = this.#options;
    const redeemed = await tokens.redeem(token, from, clock.now());
    if (redeemed.result !== 'ok') {
      log.warn(`${masked(from)} pressed a button that does nothing: it is ${redeemed.result}.`);
      const key = ({ used: 'used', expired: 'expired', unknown: 'notYours', stranger: 'notYours' } as const)[
        redeemed.result
      ];
      return { key };
    }
    const { action, incidentId } = redeemed;
    if (action !== 'talk') {
      const told = replyTo === undefined ? [] : await incidentsOf(replyTo);
      return await this.#judge(action, { from }, told.includes(incidentId) ? told : [incidentId]);
    }
    passOn({ command: 'talk', value: { incidentId, by: masked(from) } });
    return { key: 'passedOn', fields: { what: text === '' ? buttonTitles[language].talk : text } };
  }

  async #judge(
    action: Exclude<ButtonAction, 'talk'>,
    { from }: Pick<MessageEvent, 'from'>,
    meant: readonly string[] | Said,
  ): Promise<Said> {
    if ('key' in meant) return meant;
    const reviews: NonNullable<Awaited<ReturnType<HouseDesk['review']>>>[] = [];
    for (const id of meant) {
      const review = await this.#options.house.review(id, action, masked(from));
      if (review !== undefined) reviews.push(review);
    }
    const [first] = reviews;
    if (first === undefined) return { key: 'notKept' };
    const added = reviews.filter((review) => review.added);
    const fields = { what: (added.length === 0 ? [first] : added).map(({ label }) => label).join(', '), by: first.by };
    if (added.length === 0) return { key: 'stands', fields };
    return { key: action === 'acknowledge' ? 'acknowledged' : 'dismissed', fields };
  }

  /** The incidents that somebody means: those that are answered to, else what a number begins with, else the newest open one. */
  async #meant({ replyTo }: MessageEvent, rest: string): Promise<readonly string[] | Said> {
    const { house, incidentsOf } = this.#options;
    const number = rest.replace(/^#/, '').toLowerCase();
    if (number === '' && replyTo !== undefined) {
      const told = await incidentsOf(replyTo);
      if (told.length > 0) return told;
    }
    const incidents = await house.incidents();
    const [fitting, another] =
      number === ''
        ? incidents.filter(isOpen).slice(0, 1)
        : incidents.filter(({ id }) => id.toLowerCase().startsWith(number));
    if (another !== undefined) return { key: 'several' };
    return fitting === undefined ? { key: 'noIncident' } : [fitting.id];
  }

  async #arm({ from }: MessageEvent, mode: string): Promise<Said> {
    const set = await this.#options.house.arm(mode, masked(from));
    if (set === undefined) return { key: 'badMode', fields: { mode: mode.slice(0, 32) } };
    if (mode === 'disarmed') return { key: 'disarmed' };
    return { key: set.counting === set.mode ? 'armed' : 'armedSoon', fields: { mode: set.mode } };
  }

  /** Done here, and told to the flow, which may silence more than alerts. */
  async #snooze({ from }: MessageEvent, rest: string): Promise<Said> {
    const [, typed, words = ''] = /^(\d{1,4})\s*(?:m|min|minutes?|minuten?)?\b\s*(.*)$/i.exec(rest) ?? [];
    const minutes = Number(typed ?? Number.NaN);
    if (!(minutes >= 0 && minutes <= longestSnoozeMinutes)) return { key: 'badMinutes' };
    const { house, passOn } = this.#options;
    const by = masked(from);
    const set = await house.snooze(minutes, words.trim().slice(0, 64), by);
    if (set === undefined) return { key: 'badArea', fields: { areas: house.areas().join(', ') } };
    const { area, until } = set;
    passOn({ command: 'snooze', value: { minutes, by, ...(area === '' ? {} : { area }) } });
    const where = area === '' ? '' : ` (${area})`;
    return minutes === 0 ? { key: 'snoozeOver', fields: { where } } : { key: 'snoozed', fields: { until, where } };
  }

  async #status(language: Language): Promise<Said> {
    const { house } = this.#options;
    const { name, mode, sources: all } = house.state();
    const away = all.filter(({ connected }) => !connected).map((source) => source.name);
    const open = (await house.incidents()).filter(isOpen).slice(0, 5);
    const list = open.map(({ id, label }) => `${id.slice(0, 4)} ${label}`).join('; ');
    const sources = answerWords(language, away.length === 0 ? 'allWell' : 'troubled', { sources: away.join(', ') });
    const incidents = answerWords(language, list === '' ? 'nothingOpen' : 'open', { incidents: list });
    return { key: 'status', fields: { site: name, mode, sources, incidents } };
  }

  async #snapshot(rest: string): Promise<Said> {
    const { house } = this.#options;
    const cameras = house
      .state()
      .sources.filter(({ isCamera }) => isCamera)
      .map(({ name }) => name);
    const wanted = rest === '' && cameras.length === 1 ? cameras[0] : cameras.find((name) => sameName(name, rest));
    if (wanted === undefined) {
      return cameras.length === 0 ? { key: 'noCameras' } : { key: 'cameras', fields: { cameras: cameras.join(', ') } };
    }
    const picture = await house.picture(wanted);
    return picture === undefined
      ? { key: 'noPicture', fields: { camera: wanted } }
      : { key: 'picture', fields: { camera: wanted }, picture };
  }
}

/** Buttons have our own words. */
function languageOf(title: string): Language {
  return [...Object.values(buttonTitles.de), acknowledgeAll.de].includes(title) ? 'de' : 'en';
}

function isOpen({ isAnswered }: HouseIncident): boolean {
  return !isAnswered;
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
