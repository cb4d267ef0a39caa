import { inputOf, text } from './register.ts';
import type { SettingsSchema, ValueSchema } from './schema-fault.ts';

/**
 * The folded sections of the open dialog say how many of their settings are no longer as they come, and one with
 * something wrong in it unfolds: what is marked has to be seen.
 */
export function watchFoldedSections(type: string, schema: SettingsSchema): void {
  for (const section of document.querySelectorAll<HTMLDetailsElement>('details.echosight-section')) {
    const inside = Object.entries(schema.properties).filter(([key]) => section.contains(inputOf(key)));
    const show = (): void => {
      const changed = inside.filter(([key, setting]) => isChanged(inputOf(key), setting)).length;
      const words = changed === 0 ? '' : text(type, 'shared.changed', { count: changed });
      section.querySelector('summary small')?.replaceChildren(words);
    };
    for (const event of ['input', 'change']) section.addEventListener(event, show);
    show();
    // Node-RED marks what it finds wrong with a class, on opening without any event.
    const wrong = new MutationObserver(() => {
      section.open ||= section.querySelector('.input-error') !== null;
    });
    wrong.observe(section, { subtree: true, attributeFilter: ['class'] });
  }
}

function isChanged(field: HTMLElement | null, { default: usual }: ValueSchema): boolean {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked !== usual;
  const hasText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  if (!hasText && !(field instanceof HTMLSelectElement)) return false;
  return field.value !== String(usual);
}
