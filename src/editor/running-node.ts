import type { ListeningAnswer } from '../contracts/listening.ts';
import { askMachine } from './machine.ts';
import { text } from './register.ts';

type RunningNode = ListeningAnswer['nodes'][number];

const type = 'audio-classify';
const askEveryMs = 1000;

/**
 * Says in the open dialog what the deployed node runs and how loud it is there, while somebody can see it: below the picker, and
 * beside the fields of levels.
 */
export function showRunningNode(id: string): void {
  const runs = document.getElementById('echosight-model-runs');
  const levels = document.querySelectorAll<HTMLElement>('.echosight-now');
  if (runs === null) return;
  const show = (said: string, level: string): void => {
    write(runs, said);
    for (const place of levels) write(place, level);
  };
  const ask = (): void => {
    if (document.hidden) return;
    askMachine<ListeningAnswer>(`${type}/listening`, { id }).then(
      ({ nodes: [node] }) => {
        show(sentence(node), levelWords(node));
      },
      // Who may not see it, or has no connection, is told so by the section that shows what is heard.
      () => {
        show('', '');
      },
    );
  };
  ask();
  const timer = window.setInterval(() => {
    if (runs.isConnected) ask();
    else window.clearInterval(timer);
  }, askEveryMs);
}

function sentence(node: RunningNode | undefined): string {
  const say = (key: string, params?: Record<string, string | number>): string =>
    text(type, `${type}.runs.${key}`, params);
  if (node === undefined) return say('absent');
  const { model, fault, runs } = node;
  if (fault !== undefined) return say('down', { fault });
  if (runs === undefined) return say('waiting', { model });
  const ms = runs.windowMs.toLocaleString(undefined, { maximumFractionDigits: runs.windowMs < 10 ? 1 : 0 });
  return say('now', { model, ms, backend: runs.backend });
}

/** Of one microphone its level, of several from the quietest to the loudest; nothing where none has sound now. */
function levelWords(node: RunningNode | undefined): string {
  const fresh = (node?.sources ?? []).filter(({ silentMs }) => silentMs < 10 * askEveryMs);
  const [quietest, loudest] = [Math.min, Math.max].map((most) => most(...fresh.map(({ dbfs }) => dbfs)).toFixed(0));
  if (fresh.length === 0 || quietest === undefined || loudest === undefined) return '';
  const level = quietest === loudest ? loudest : `${quietest} … ${loudest}`;
  return text(type, `${type}.nowLevel`, { level });
}

function write(place: HTMLElement, words: string): void {
  if (place.textContent !== words) place.textContent = words;
}
