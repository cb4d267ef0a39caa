import type { NodePreviewAnswer } from '../contracts/node-preview.ts';
import { choice, element } from './element.ts';
import { text } from './register.ts';

/** No picture comes more often than people look, whatever the node may send into its flow. */
const askEveryMs = 1000;

const say = (key: string, params?: Record<string, string | number>): string =>
  text('detectron-infer', `detectron-infer.live.${key}`, params);

/** Shows what the running node sees, while the section of the dialog that holds it is unfolded. */
export function offerLivePicture(node: { id: string }): void {
  const place = document.getElementById('echosight-live');
  if (place !== null) new LivePicture(node.id, place).watch();
}

class LivePicture {
  readonly #id: string;
  readonly #place: HTMLElement;
  readonly #words = element('p');
  readonly #picture = element('img', { hidden: true });
  readonly #sources = element('div');
  #offered = '';
  #source = '';
  #tag = '';
  #isAsking = false;

  constructor(id: string, place: HTMLElement) {
    this.#id = id;
    this.#place = place;
    this.#words.setAttribute('role', 'status');
    place.replaceChildren(this.#sources, this.#picture, this.#words);
  }

  watch(): void {
    this.#place.closest('details')?.addEventListener('toggle', () => {
      void this.#askOnAndOn();
    });
    void this.#askOnAndOn();
  }

  /** Until the section is folded or the dialog is gone: then nobody asks, and nothing is drawn any more. */
  async #askOnAndOn(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isWanted) {
      if (!document.hidden) await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    this.#isAsking = false;
  }

  get #isWanted(): boolean {
    return this.#place.isConnected && this.#place.closest('details')?.open === true;
  }

  #ask(): Promise<void> {
    const question = { id: this.#id, source: this.#source, has: this.#tag };
    return new Promise((resolve) => {
      $.getJSON(`echosight/detectron-infer/preview?${new URLSearchParams(question).toString()}`).then(
        (answer) => {
          // Another camera may have been chosen meanwhile.
          if (question.source === this.#source) this.#show(answer as NodePreviewAnswer);
          resolve();
        },
        (failed) => {
          const { status } = failed as { status: number };
          this.#clear();
          this.#say('echosight-problem', say(status === 401 || status === 403 ? 'forbidden' : 'unreachable'));
          resolve();
        },
      );
    });
  }

  #show(answer: NodePreviewAnswer): void {
    const { state, sources, source = '', picture, tag = '', streams, fault } = answer;
    this.#offer(sources, source);
    if (picture !== undefined) {
      this.#picture.src = picture;
      this.#picture.alt = say('alt', { source });
    }
    this.#tag = tag;
    if (state === 'live') this.#picture.hidden = false;
    else if (state !== 'coming') this.#clear();
    const since = answer.capturedAt === undefined ? '' : new Date(answer.capturedAt).toLocaleTimeString();
    const words = [say(state, { source, since }), ...streams];
    if (fault !== undefined) this.#say('echosight-problem', say('fault', { fault }));
    else if (state === 'live' || state === 'coming') this.#say('echosight-advice', words[0] ?? '');
    else this.#say('echosight-warning', words.join(' '));
  }

  #clear(): void {
    this.#picture.hidden = true;
    this.#picture.removeAttribute('src');
    this.#tag = '';
  }

  /** A list is offered where there is a choice. */
  #offer(sources: readonly string[], shown: string): void {
    this.#source = shown;
    const offered = sources.join('\n');
    if (offered === this.#offered) return;
    this.#offered = offered;
    const options = sources.map((source) => ({ value: source, label: source }));
    const list = choice(options, shown, (source) => {
      this.#source = source;
      this.#clear();
    });
    list.setAttribute('aria-label', say('camera'));
    this.#sources.replaceChildren(...(sources.length > 1 ? [list] : []));
  }

  /** The same words are not said anew every second to who cannot see. */
  #say(look: string, words: string): void {
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#words.className = look;
  }
}
