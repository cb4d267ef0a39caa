/** A new element with properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<Omit<HTMLElementTagNameMap[Tag], 'style'>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A button with a picture before its words. @param size A class of Node-RED's. */
export function captioned(icon: string, words: string, size = ''): HTMLButtonElement {
  const picture = element('i', { className: `fa ${icon}` });
  picture.setAttribute('aria-hidden', 'true');
  return element('button', { type: 'button', className: `red-ui-button ${size}`.trim() }, picture, ` ${words}`);
}

/** Gives such a button other words and another picture; the same ones are not written anew. */
export function caption(button: HTMLButtonElement, words: string, icon: string): void {
  const picture = button.querySelector('i');
  if (picture === null) return;
  picture.className = `fa ${icon}`;
  if (button.textContent !== ` ${words}`) button.replaceChildren(picture, ` ${words}`);
}

/** A drop-down list with one of its options chosen. */
export function choice(
  options: readonly { value: string; label: string }[],
  chosen: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const select = element('select', {}, ...options.map(({ value, label }) => element('option', { value }, label)));
  select.value = chosen;
  select.addEventListener('change', () => {
    change(select.value);
  });
  return select;
}

/** A number field; an empty one reports undefined. */
export function numberField(
  properties: Partial<Pick<HTMLInputElement, 'min' | 'max' | 'step' | 'placeholder' | 'title'>>,
  value: number | undefined,
  change: (value: number | undefined) => void,
): HTMLInputElement {
  const input = element('input', { type: 'number', ...properties, value: value === undefined ? '' : String(value) });
  input.addEventListener('input', () => {
    change(input.value === '' ? undefined : Number(input.value));
  });
  return input;
}
