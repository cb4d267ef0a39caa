import type { TrainedAnswer } from '../contracts/training-dialog.ts';
import { askMachine } from './machine.ts';
import { inputOf, text } from './register.ts';

const type = 'audio-classify';

/** Says in the open dialog what has been learnt from own recordings, and whether the model that is chosen can use it. */
export function showTrainedHead(id: string): void {
  const place = document.getElementById('echosight-trained-said');
  const [trained, model] = [inputOf('trained'), inputOf('model')];
  if (place === null || !(trained instanceof HTMLSelectElement && model instanceof HTMLInputElement)) return;
  let answer: TrainedAnswer | undefined;
  const show = (): void => {
    place.textContent = answer === undefined || trained.value === 'none' ? '' : sentence(answer, model.value);
    const misses = answer?.active !== undefined && answer.active.model !== model.value;
    place.className = `echosight-beside-label ${misses ? 'echosight-warning' : 'echosight-advice'}`;
  };
  for (const field of [trained, model]) field.addEventListener('change', show);
  askMachine<TrainedAnswer>(`${type}/trained`, { id }).then(
    (given) => {
      answer = given;
      show();
    },
    // Who may not ask is told nothing.
    () => undefined,
  );
}

function sentence({ state, active, misfit }: TrainedAnswer, chosen: string): string {
  const say = (key: string, params?: Record<string, string | number>): string =>
    text(type, `${type}.trainedIs.${key}`, params);
  if (state === 'absent') return say('absent');
  if (active === undefined) return misfit ?? say(state === 'kept' ? 'unused' : 'none');
  const { version, model, balancedAccuracy, classes } = active;
  if (model !== chosen) return say('unfit', { version, model });
  const labels = classes.map(({ label }) => label).join(', ');
  return say('used', { version, classes: labels, accuracy: Math.round(100 * balancedAccuracy) });
}
