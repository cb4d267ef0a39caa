import type { ListeningAnswer } from '../contracts/listening.ts';
import { text } from './register.ts';

const type = 'audio-classify';
const askEveryMs = 2000;

/** Says below the picker of the open dialog which model the deployed node runs, while somebody can see it. */
export function showRunningModel(node: string): void {
  const place = document.getElementById('echosight-model-runs');
  if (place === null) return;
  const ask = (): void => {
    if (document.hidden) return;
    $.getJSON(`echosight/${type}/listening?${new URLSearchParams({ id: node }).toString()}`).then(
      (answer) => {
        place.textContent = sentence(answer as ListeningAnswer);
      },
      // Who may not see it, or has no connection, is told so by the section that shows what is heard.
      () => {
        place.textContent = '';
      },
    );
  };
  ask();
  const timer = window.setInterval(() => {
    if (place.isConnected) ask();
    else window.clearInterval(timer);
  }, askEveryMs);
}

function sentence({ nodes: [node] }: ListeningAnswer): string {
  const say = (key: string, params?: Record<string, string | number>): string =>
    text(type, `${type}.runs.${key}`, params);
  if (node === undefined) return say('absent');
  const { model, fault, runs } = node;
  if (fault !== undefined) return say('down', { fault });
  if (runs === undefined) return say('waiting', { model });
  const ms = runs.windowMs.toLocaleString(undefined, { maximumFractionDigits: runs.windowMs < 10 ? 1 : 0 });
  return say('now', { model, ms, backend: runs.backend });
}
