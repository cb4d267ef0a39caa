import type { Zone, ZoneKind } from '../../contracts/configs.ts';
import { choice, element, numberField } from '../element.ts';
import type { Say } from './polygons.ts';
import { kinds, limits, type ZonesAction, type ZonesState } from './state.ts';

/** The list beside the picture: a row for each zone with its name, kind and weight. */
export class ZonesList {
  readonly element = element('ul', { className: 'echosight-zone-list' });
  readonly #say: Say;
  readonly #act: (action: ZonesAction) => void;
  /** What the rows are made for; with the same, only their values are renewed. */
  #made = '';

  constructor(say: Say, act: (action: ZonesAction) => void) {
    this.#say = say;
    this.#act = act;
  }

  show({ zones, zone: chosen, draft }: ZonesState): void {
    // Who draws the first one is told how by the hint alone.
    this.element.hidden = zones.length === 0 && draft !== undefined;
    const shape = zones.map(({ kind }) => kind).join(' ');
    if (shape !== this.#made || zones.length === 0) {
      const held = [...this.element.children].findIndex((row) => row.contains(document.activeElement));
      this.#made = shape;
      this.element.replaceChildren(...(zones.length === 0 ? [this.#nothing()] : zones.map(this.#row)));
      // Whoever removes one by keyboard goes on at the next.
      if (held !== -1) this.element.children[Math.min(held, zones.length - 1)]?.querySelector('button')?.focus();
    }
    zones.forEach((zone, index) => {
      const row = this.element.children[index];
      row?.classList.toggle('echosight-zone-row-chosen', index === chosen);
      const name = row?.querySelector<HTMLInputElement>('input[type=text]');
      renew(name, zone.name);
      name?.classList.toggle('input-error', zone.name === '');
      name?.setAttribute('aria-invalid', String(zone.name === ''));
      renew(row?.querySelector('input[type=number]'), zone.weight === undefined ? '' : String(zone.weight));
    });
  }

  /** Puts the cursor into the name of a zone. */
  editName(zone: number): void {
    const name = this.element.children[zone]?.querySelector('input');
    name?.focus();
    name?.select();
  }

  #nothing(): HTMLElement {
    return element('li', { className: 'echosight-zone-none' }, this.#say('none'));
  }

  readonly #row = ({ kind, name, weight }: Zone, zone: number): HTMLElement => {
    const say = this.#say;
    const act = this.#act;
    const title = element('input', { type: 'text', value: name, maxLength: limits.name });
    title.setAttribute('aria-label', say('name'));
    title.addEventListener('input', () => {
      act({ do: 'rename', zone, name: title.value });
    });
    const options = kinds.map((value) => ({ value, label: say(`kind.${value}`) }));
    const select = choice(options, kind, (value) => {
      act({ do: 'setKind', zone, kind: value as ZoneKind });
      // The row is a new one now.
      this.element.children[zone]?.querySelector('select')?.focus();
    });
    select.setAttribute('aria-label', say('kindOf'));
    const heavy = numberField(
      { min: '0', max: '10', step: 'any', placeholder: '1', title: say('weight') },
      weight,
      (value) => {
        act({ do: 'setWeight', zone, weight: value });
      },
    );
    heavy.setAttribute('aria-label', say('weight'));
    const remove = element(
      'button',
      { type: 'button', className: 'red-ui-button red-ui-button-small', title: say('remove') },
      element('i', { className: 'fa fa-trash' }),
    );
    remove.setAttribute('aria-label', say('remove'));
    remove.addEventListener('click', (event) => {
      event.stopPropagation();
      act({ do: 'remove', zone });
    });
    const swatch = element('span', { className: `echosight-swatch echosight-swatch-${kind}` });
    const row = element('li', {}, swatch, title, select, ...(kind === 'zone' ? [heavy] : []), remove);
    const choose = (): void => {
      act({ do: 'select', zone });
    };
    row.addEventListener('focusin', choose);
    row.addEventListener('click', choose);
    return row;
  };
}

/** Not while it is typed in and says the same: 1. is on the way to 1.5. */
function renew(field: HTMLInputElement | null | undefined, value: string): void {
  if (field === null || field === undefined || field.value === value) return;
  if (field.type === 'number' && field === document.activeElement && Number(field.value) === Number(value)) return;
  field.value = value;
}
