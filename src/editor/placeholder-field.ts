import { placeholderIn } from '../contracts/placeholder.ts';

/** The field of a setting, opened on a variable such as `${RATE}`: numbers, choices and boxes could not hold it. */
export function showPlaceholder(field: HTMLElement | null, value: unknown): void {
  if (placeholderIn(value) === undefined) return;
  const shown = String(value);
  if (field instanceof HTMLSelectElement) field.add(new Option(shown, shown, true, true));
  if (!(field instanceof HTMLInputElement) || field.type === 'text') return;
  field.type = 'text';
  field.value = shown;
}

/** A number field that becomes a text field for as long as a variable is typed or pasted into it. */
export function takePlaceholder(field: HTMLInputElement): void {
  const open = (): void => {
    field.type = 'text';
    field.inputMode = 'decimal';
  };
  field.addEventListener('keydown', (event) => {
    if (event.key !== '$' || field.type === 'text') return;
    // Only at the start of a variable does it make sense, so it replaces the number.
    event.preventDefault();
    open();
    field.value = '$';
    field.setSelectionRange(1, 1);
  });
  field.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData?.getData('text').includes('$') === true && field.type !== 'text') {
      open();
      field.select();
    }
  });
  field.addEventListener('blur', () => {
    if (!field.value.includes('$') && Number.isFinite(Number(field.value))) field.type = 'number';
  });
}
