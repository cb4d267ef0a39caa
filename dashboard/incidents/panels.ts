/** What a button opens below it; its `aria-controls` names the panel. */
export interface Panel {
  id: string;
  isOpen: () => boolean;
  close: () => void;
}

/** Where Escape means something else: it empties a field of search, closes a dialog, leads from the details back to the list. */
const otherMeanings = 'dialog, [type=search], .es-detail';

/**
 * Escape closes the panel that has the focus, else one that is open; the button that opened it has the focus then.
 * @returns whether there was one
 */
export function escapePanel(panels: readonly Panel[], place: Element): boolean {
  if (place.closest(otherMeanings) !== null) return false;
  const open = panels.filter(({ isOpen }) => isOpen());
  const panel = open.find(({ id }) => place.closest(`#${id}, ${buttonOf(id)}`) !== null) ?? open[0];
  if (panel === undefined) return false;
  document.querySelector<HTMLElement>(buttonOf(panel.id))?.focus();
  panel.close();
  return true;
}

function buttonOf(id: string): string {
  return `[aria-controls="${id}"]`;
}
