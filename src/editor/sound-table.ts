import shipped from 'sound-mapping';
import { inputOf, text } from './register.ts';

const type = 'audio-classify';

/** The table of sound classes in the open dialog: begin with the shipped one, or edit it large. */
export function offerSoundTable(): void {
  const field = inputOf('mapping');
  if (!(field instanceof HTMLTextAreaElement)) return;
  const put = (table: string): void => {
    field.value = table;
    // Node-RED checks a field anew when it hears of the change.
    for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
  };
  document.getElementById('echosight-mapping-shipped')?.addEventListener('click', () => {
    put(shipped.trimEnd());
  });
  document.getElementById('echosight-mapping-edit')?.addEventListener('click', () => {
    RED.editor.editJSON({ value: field.value, complete: put });
  });
}

/** Whether a table is JSON at all; the rest the runtime says, which knows the sounds of the model. */
export function isTable(table: string): true | string {
  if (table.trim() === '') return true;
  try {
    const read: unknown = JSON.parse(table);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return true;
    return text(type, `${type}.mapping.object`);
  } catch (error) {
    return text(type, `${type}.mapping.json`, { why: error instanceof Error ? error.message : String(error) });
  }
}
