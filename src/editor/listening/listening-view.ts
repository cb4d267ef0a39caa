import type { ListeningAnswer } from '../../contracts/listening.ts';
import { element } from '../element.ts';
import { text } from '../register.ts';
import { EarCard } from './ear-card.ts';
import style from './listening.css';

const askEveryMs = 500;
const styleId = 'echosight-listening-style';

const say = (key: string, params?: Record<string, string | number>): string =>
  text('audio-classify', `audio-classify.listening.${key}`, params);

/** Shows what running audio-classify nodes hear, for as long as somebody can see it. */
export class ListeningView {
  readonly element = element('div', { className: 'echosight-listening' });
  readonly #id: string | undefined;
  readonly #words = element('p', { className: 'echosight-advice' });
  readonly #cards = new Map<string, EarCard>();
  #timer: number | undefined;
  #isAsking = false;

  /** @param id Of the node that counts; without it, all. */
  constructor(id?: string) {
    this.#id = id;
    this.#words.setAttribute('role', 'status');
    this.element.append(this.#words);
    if (document.getElementById(styleId) !== null) return;
    document.head.append(element('style', { id: styleId }, style));
  }

  /** From now on until the view is taken out of the page, having been in it. */
  watch(): void {
    let wasThere = false;
    this.#timer = window.setInterval(() => {
      const isThere = this.element.isConnected;
      if (wasThere && !isThere) this.stop();
      wasThere ||= isThere;
      // In a folded section or behind another tab it has no place on the page.
      if (this.element.offsetParent !== null && !document.hidden) this.#ask();
    }, askEveryMs);
  }

  stop(): void {
    window.clearInterval(this.#timer);
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const query = this.#id === undefined ? '' : `?${new URLSearchParams({ id: this.#id }).toString()}`;
    $.getJSON(`echosight/audio-classify/listening${query}`).then(
      (answer) => {
        this.#isAsking = false;
        this.#show(answer as ListeningAnswer);
      },
      (failed) => {
        this.#isAsking = false;
        const { status } = failed as { status: number };
        this.#clear(new Set());
        this.#tell('echosight-problem', say(status === 401 || status === 403 ? 'forbidden' : 'unreachable'));
      },
    );
  }

  #show({ nodes }: ListeningAnswer): void {
    const shown = new Set<string>();
    for (const { id, sources } of nodes) {
      for (const heard of sources) {
        const key = `${id}\n${heard.site}\n${heard.source}`;
        shown.add(key);
        this.#cardOf(key, id, heard).show(heard);
      }
    }
    this.#clear(shown);
    const faults = nodes.flatMap(({ fault }) => fault ?? []);
    if (faults.length > 0) this.#tell('echosight-problem', faults.join(' '));
    else if (nodes.length === 0) this.#tell('echosight-warning', say('absent'));
    else this.#tell('echosight-advice', shown.size === 0 ? say('waiting') : '');
  }

  #cardOf(key: string, id: string, heard: { site: string; source: string; area: string }): EarCard {
    const known = this.#cards.get(key);
    if (known !== undefined) return known;
    const card = new EarCard(heard, () => {
      const query = new URLSearchParams({ id, site: heard.site, source: heard.source }).toString();
      $.getJSON(`echosight/audio-classify/listening-reset?${query}`).then(
        () => {
          this.#ask();
        },
        () => {
          this.#tell('echosight-problem', say('unreachable'));
        },
      );
    });
    this.#cards.set(key, card);
    this.element.append(card.element);
    return card;
  }

  #clear(kept: ReadonlySet<string>): void {
    for (const [key, card] of this.#cards) {
      if (kept.has(key)) continue;
      card.element.remove();
      this.#cards.delete(key);
    }
  }

  #tell(look: string, words: string): void {
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#words.className = look;
    this.#words.hidden = words === '';
  }
}
