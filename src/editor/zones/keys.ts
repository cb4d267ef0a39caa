import { keyAction } from './key-actions.ts';
import type { Board } from './pointer.ts';
import { partOf } from './polygons.ts';

/** Draws and moves by keyboard; keys that mean something here do not reach Node-RED. */
export function listenToKeys({ surface, state, act, finish }: Board): void {
  surface.addEventListener('keydown', (event) => {
    const action = keyAction(event, state(), partOf(event.target));
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (action === 'finish') finish();
    else act(action);
  });
}
