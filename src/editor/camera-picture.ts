import type { CameraLookAnswer } from '../contracts/camera-look.ts';
import type { Zone } from '../contracts/configs.ts';
import { lookAtCamera, type LookRefusal } from './camera-look.ts';
import { element } from './element.ts';
import { inputOf } from './register.ts';
import type { Say } from './zones/polygons.ts';
import { ZonesEditor } from './zones/zones-editor.ts';

/** The Test button of a camera's dialog, and its zones on a picture: both look at the camera as the dialog stands. */
export class CameraPicture {
  readonly #node: EditorNode;
  readonly #say: Say;
  readonly #before: readonly Zone[];
  readonly #editor: ZonesEditor;
  readonly #count: HTMLElement | null;
  readonly #tested: HTMLElement | null;
  /** A picture is shown, or one is on its way with a test. */
  #shown = false;

  constructor(node: EditorNode, say: Say) {
    this.#node = node;
    this.#say = say;
    this.#before = Array.isArray(node.zones) ? (node.zones as Zone[]) : [];
    this.#editor = new ZonesEditor({
      zones: this.#before,
      say: (key, params) => say(`zones.${key}`, params),
      onPicture: () => {
        this.#fetch();
      },
      onChange: () => {
        this.#showCount();
      },
    });
    const place = document.getElementById('echosight-zones');
    this.#count = place?.querySelector('summary small') ?? null;
    place?.append(this.#editor.element);
    // The camera is asked when somebody wants to see it, not because a dialog opens.
    place?.addEventListener('toggle', () => {
      if (place.hasAttribute('open') && !this.#shown) this.#fetch();
    });
    this.#tested = document.getElementById('echosight-tested');
    document.getElementById('echosight-test')?.addEventListener('click', () => {
      this.#test();
    });
    this.#showCount();
  }

  /** The zones as they stand in the dialog; undefined when nobody has changed them. */
  get changedZones(): Zone[] | undefined {
    const { zones } = this.#editor;
    return zones === this.#before ? undefined : [...zones];
  }

  #showCount(): void {
    const count = this.#editor.zones.length;
    if (this.#count !== null) this.#count.textContent = count === 0 ? '' : this.#say('zones.count', { count });
  }

  #fetch(): void {
    if (this.#lacksAddress()) {
      this.#showNothing(this.#say('test.empty'));
      return;
    }
    this.#shown = true;
    this.#report();
    this.#editor.say(this.#say('zones.loading'));
    const failed = (refusal: LookRefusal): void => {
      this.#showNothing(this.#words(refusal).join(' '));
    };
    lookAtCamera(this.#node, false, { done: this.#showPicture, failed });
  }

  #test(): void {
    if (this.#lacksAddress()) {
      this.#report(this.#say('test.empty'));
      return;
    }
    this.#shown = true;
    this.#editor.say(this.#say('zones.loading'));
    const spinner = element('i', { className: 'fa fa-spinner fa-spin' });
    this.#report(spinner, ` ${this.#say('test.running')}`);
    lookAtCamera(this.#node, true, {
      done: (answer) => {
        this.#report(verdict('check', 'success'), ` ${this.#say('test.works')} ${this.#found(answer)}`);
        this.#showPicture(answer);
      },
      failed: (refusal) => {
        const [message = '', hint] = this.#words(refusal);
        this.#showNothing(this.#words(refusal).join(' '));
        this.#report(
          verdict('times-circle', 'error'),
          ` ${message}`,
          ...(hint === undefined ? [] : [element('small', {}, hint)]),
        );
      },
    });
  }

  #report(...content: (Node | string)[]): void {
    this.#tested?.replaceChildren(...content);
  }

  readonly #showPicture = ({ picture, width, height, from }: CameraLookAnswer): void => {
    this.#editor.showBackdrop({ picture, width, height, words: this.#say(`zones.shown.${from}`) });
  };

  #showNothing(reason: string): void {
    this.#shown = false;
    this.#editor.showBackdrop({ width: 16, height: 9, words: this.#say('zones.noPicture', { reason }) });
  }

  /** What is wrong, and what to do about it. */
  #words({ status, message, hint }: LookRefusal): string[] {
    if (status === 401 || status === 403) return [this.#say('test.forbidden')];
    if (message === '') return [this.#say('test.failed')];
    return hint === '' ? [message] : [message, hint];
  }

  /** "H.264, 1280 x 720, 15 pictures a second, sound: AAC, first picture after 1.2 s" */
  #found({ stream }: CameraLookAnswer): string {
    if (stream === undefined) return '';
    const { video, size, rate, audio, latency } = stream;
    const parts = [
      size === undefined ? video : this.#say('test.picture', { video, ...size }),
      ...(rate === undefined ? [] : [this.#say('test.rate', { rate })]),
      audio === undefined ? this.#say('test.silent') : this.#say('test.sound', { audio }),
      this.#say('test.latency', { seconds: latency }),
    ];
    return parts.join(', ');
  }

  #lacksAddress(): boolean {
    const address = inputOf('address', true);
    return !(address instanceof HTMLInputElement) || address.value.trim() === '';
  }
}

function verdict(icon: string, colour: string): HTMLElement {
  const made = element('i', { className: `fa fa-${icon}` });
  made.style.color = `var(--red-ui-text-color-${colour})`;
  return made;
}
