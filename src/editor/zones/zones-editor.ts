import type { Zone, ZoneKind } from '../../contracts/configs.ts';
import { element } from '../element.ts';
import { listenToKeys } from './keys.ts';
import { ZonesList } from './list.ts';
import { listenToPointer } from './pointer.ts';
import { drawingWidth, drawPolygons, nameOfPart, type Say } from './polygons.ts';
import { renewChildren } from './renew.ts';
import { after, fewestCorners, kinds, limits, stateOf, type ZonesAction, type ZonesState } from './state.ts';

/** What lies behind the polygons. */
export interface Backdrop {
  /** Address of a picture; undefined shows a grid. */
  picture?: string | undefined;
  width: number;
  height: number;
  /** Said below it: what is shown, or why nothing is. */
  words: string;
}

export interface ZonesEditorOptions {
  zones: readonly Zone[];
  say: Say;
  /** Somebody wants a picture, or a newer one. */
  onPicture: () => void;
  /** The zones are others now. */
  onChange: () => void;
}

/** Draws, names and changes the zones of a camera on its picture, by mouse, finger and keyboard. */
export class ZonesEditor {
  readonly element: HTMLElement;
  readonly #say: Say;
  readonly #surface = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  readonly #image = element('img', { alt: '', draggable: false });
  readonly #frame = element('div', { className: 'echosight-picture' }, this.#image, this.#surface);
  readonly #words = element('div', { className: 'echosight-picture-words' });
  readonly #hint = element('div', { className: 'echosight-zone-hint' });
  readonly #tools = element('div', { className: 'echosight-zone-tools' });
  readonly #list: ZonesList;
  readonly #onPicture: () => void;
  readonly #onChange: () => void;
  #aspect = 9 / 16;
  #state: ZonesState;

  constructor({ zones, say, onPicture, onChange }: ZonesEditorOptions) {
    this.#say = say;
    this.#onPicture = onPicture;
    this.#onChange = onChange;
    this.#state = stateOf(zones);
    this.#list = new ZonesList(say, this.#act);
    this.#hint.setAttribute('role', 'status');
    this.#words.setAttribute('role', 'status');
    this.#surface.setAttribute('role', 'application');
    this.#surface.setAttribute('aria-label', say('surface'));
    this.#surface.setAttribute('tabindex', '0');
    const board = {
      surface: this.#surface,
      state: () => this.#state,
      aspect: () => this.#aspect,
      act: this.#act,
      finish: this.#finish,
    };
    listenToPointer(board);
    listenToKeys(board);
    const left = element('div', { className: 'echosight-zone-left' }, this.#frame, this.#words);
    const right = element('div', { className: 'echosight-zone-right' }, this.#list.element, this.#hint);
    this.element = element('div', { className: 'echosight-zones' }, this.#tools, left, right);
    this.showBackdrop({ width: 16, height: 9, words: '' });
  }

  /** The zones as they stand now; a polygon that is not closed does not count. */
  get zones(): readonly Zone[] {
    return this.#state.zones;
  }

  showBackdrop({ picture, width, height, words }: Backdrop): void {
    this.#aspect = height / width;
    this.#frame.style.aspectRatio = `${width} / ${height}`;
    this.#image.hidden = picture === undefined;
    if (picture !== undefined) this.#image.src = picture;
    this.#words.textContent = words;
    this.#show();
  }

  /** Says something below the picture, which stays. */
  say(words: string): void {
    this.#words.textContent = words;
  }

  readonly #act = (action: ZonesAction): void => {
    const before = this.#state;
    this.#state = after(before, action);
    if (this.#state !== before) this.#show(before);
    if (this.#state.zones !== before.zones) this.#onChange();
  };

  readonly #finish = (): void => {
    const { draft, zones } = this.#state;
    if (draft === undefined || draft.points.length < fewestCorners(draft.kind)) return;
    this.#act({ do: 'finish', name: this.#freeName(draft.kind) });
    this.#list.editName(zones.length);
  };

  #freeName(kind: ZoneKind): string {
    const names = new Set(this.#state.zones.map(({ name }) => name));
    let number = 1;
    while (names.has(this.#say(`new.${kind}`, { number }))) number += 1;
    return this.#say(`new.${kind}`, { number });
  }

  #show(before?: ZonesState): void {
    const state = this.#state;
    const height = Math.round(drawingWidth * this.#aspect);
    const hadFocus = this.#surface.contains(document.activeElement);
    const focused = document.activeElement?.getAttribute('data-at');
    this.#surface.setAttribute('viewBox', `0 0 ${drawingWidth} ${height}`);
    this.#surface.classList.toggle('echosight-drawing', state.draft !== undefined);
    renewChildren(this.#surface, drawPolygons(state, height, this.#say));
    this.#list.show(state);
    if (hadFocus) this.#giveFocus(focused);
    const tools = (shown: ZonesState | undefined): string =>
      shown === undefined ? '' : JSON.stringify([this.#toolsOf(shown)]);
    if (tools(before) !== tools(state)) this.#showTools(hadFocus);
    this.#hint.textContent = this.#say(`hint.${this.#hintOf(state)}`, { most: limits.corners });
  }

  /** What was in hand is another element now. */
  #giveFocus(last: string | null | undefined): void {
    const { zone, corner, draft } = this.#state;
    const wanted =
      zone === undefined || draft !== undefined
        ? undefined
        : nameOfPart(corner === undefined ? { zone } : { zone, corner });
    const found = [wanted, last].map((at) => {
      return [...this.#surface.children].find((child) => at !== undefined && child.getAttribute('data-at') === at);
    });
    const next = found.find((child) => child !== undefined) ?? this.#surface;
    (next as SVGElement).focus({ preventScroll: true });
  }

  #hintOf({ draft, zone, corner }: ZonesState): string {
    if (draft !== undefined && draft.points.length >= limits.corners) return 'full';
    if (draft !== undefined) {
      if (draft.points.length < fewestCorners(draft.kind)) return 'draw';
      return draft.kind === 'line' ? 'end' : 'close';
    }
    return corner !== undefined ? 'corner' : zone === undefined ? 'start' : 'zone';
  }

  #toolsOf({ draft, past, zone, corner, zones }: ZonesState) {
    const chosen = zone === undefined ? undefined : zones[zone];
    return {
      drawing: draft?.kind,
      closable: draft !== undefined && draft.points.length >= fewestCorners(draft.kind),
      undo: draft !== undefined || past.length > 0,
      corner: corner !== undefined && chosen !== undefined && chosen.points.length > fewestCorners(chosen.kind),
      full: zones.length >= limits.zones,
    };
  }

  #showTools(keepFocus: boolean): void {
    const { drawing, closable, undo, corner, full } = this.#toolsOf(this.#state);
    const tools =
      drawing === undefined
        ? [
            ...kinds.map((kind) => {
              const swatch = element('span', { className: `echosight-swatch echosight-swatch-${kind}` });
              const draw = (): void => {
                this.#act({ do: 'draw', kind });
                this.#surface.focus({ preventScroll: true });
              };
              const add = tool(`add-${kind}`, [swatch, ` ${this.#say(`add.${kind}`)}`], full, draw);
              if (full) add.title = this.#say('full', { most: limits.zones });
              return add;
            }),
            this.#dropCorner(corner),
          ]
        : [
            tool('finish', [icon('check'), ` ${this.#say('finish')}`], !closable, this.#finish),
            tool('cancel', [icon('times'), ` ${this.#say('cancel')}`], false, () => {
              this.#act({ do: 'cancel' });
            }),
          ];
    const back = tool('undo', [icon('undo')], !undo, () => {
      this.#act({ do: 'undo' });
    });
    back.title = this.#say('undo');
    back.setAttribute('aria-label', back.title);
    const picture = tool('picture', [icon('camera'), ` ${this.#say('picture')}`], false, this.#onPicture);
    const held = document.activeElement?.getAttribute('data-tool');
    this.#tools.replaceChildren(...tools, back, picture);
    if (keepFocus || held === null || held === undefined) return;
    const same = this.#tools.querySelector<HTMLButtonElement>(`[data-tool="${held}"]:not(:disabled)`);
    if (same !== null) same.focus();
    else if (this.#tools.isConnected) this.#surface.focus({ preventScroll: true });
  }

  #dropCorner(possible: boolean): HTMLButtonElement {
    return tool('corner', [icon('minus-circle'), ` ${this.#say('dropCorner')}`], !possible, () => {
      const { zone, corner } = this.#state;
      if (zone !== undefined && corner !== undefined) this.#act({ do: 'dropCorner', zone, corner });
    });
  }
}

function tool(name: string, content: (Node | string)[], disabled: boolean, click: () => void): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', className: 'red-ui-button red-ui-button-small', disabled },
    ...content,
  );
  button.setAttribute('data-tool', name);
  button.addEventListener('click', click);
  return button;
}

function icon(name: string): HTMLElement {
  return element('i', { className: `fa fa-${name}` });
}
