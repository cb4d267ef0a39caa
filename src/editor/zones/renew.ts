/**
 * Makes the children of an element those that are wanted, and keeps the ones that are there already: what a finger lies
 * on must stay in the page, or its way ends there, and so must what has the focus.
 */
export function renewChildren(parent: Element, wanted: readonly Element[]): void {
  const present = new Map([...parent.children].map((child, index) => [keyOf(child, index), child]));
  wanted.forEach((made, index) => {
    const kept = present.get(keyOf(made, index));
    if (kept !== undefined) renew(kept, made);
    const child = kept ?? made;
    const there = parent.children.item(index);
    // Others are put before one that lies too early, so that it is not moved itself.
    if (there !== child) parent.insertBefore(child, there);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild?.remove();
}

function keyOf(element: Element, index: number): string {
  return `${element.tagName} ${element.getAttribute('data-at') ?? element.getAttribute('data-of') ?? index}`;
}

function renew(element: Element, made: Element): void {
  for (const name of element.getAttributeNames()) if (!made.hasAttribute(name)) element.removeAttribute(name);
  for (const name of made.getAttributeNames()) element.setAttribute(name, made.getAttribute(name) ?? '');
  if (made.children.length > 0) renewChildren(element, [...made.children]);
  else if (element.textContent !== made.textContent) element.textContent = made.textContent;
}
