import type { ShownVersion, TrainingAnswer } from '../../contracts/training-dialog.ts';
import { captioned, element } from '../element.ts';
import { say, share } from './training-words.ts';

interface Wishes {
  use: (version: number | 'none') => void;
  back: () => void;
}

/** The versions that are kept, newest first: what each can, which is in use, and buttons that change it. */
export function versionList(
  { versions, active, misfit, model }: NonNullable<TrainingAnswer['status']>,
  wishes: Wishes,
) {
  if (versions.length === 0) return [];
  const small = 'red-ui-button-small';
  const [back, none] = [captioned('fa-undo', say('back'), small), captioned('fa-ban', say('useNone'), small)];
  back.addEventListener('click', wishes.back);
  none.addEventListener('click', () => {
    wishes.use('none');
  });
  none.hidden = active === undefined;
  return [
    element('h5', {}, say('versions')),
    ...(misfit === undefined ? [] : [element('p', { className: 'echosight-misfit' }, misfit)]),
    ...(active === undefined ? [element('p', { className: 'echosight-advice' }, say('noneUsed'))] : []),
    element('div', { className: 'echosight-buttons' }, back, none),
    element('ul', { className: 'echosight-versions' }, ...versions.map((one) => row(one, model, wishes))),
  ];
}

function row(one: ShownVersion, listening: string | undefined, { use }: Wishes): HTMLElement {
  const { version, createdAt, clips, balancedAccuracy, active, model } = one;
  const when = new Date(createdAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const head = element('div', {}, element('strong', {}, say('version', { version })), ` ${when} `);
  if (active) head.append(element('span', { className: 'echosight-in-use' }, say('inUse')));
  else {
    const button = captioned('fa-check', say('use'), 'red-ui-button-small');
    button.setAttribute('aria-label', say('useOf', { version }));
    button.addEventListener('click', () => {
      use(version);
    });
    head.append(button);
  }
  const misfits = listening !== undefined && listening !== model;
  return element(
    'li',
    {},
    head,
    element('div', {}, say('summary', { clips, accuracy: share(balancedAccuracy), model })),
    element('div', { className: 'echosight-advice' }, classWords(one)),
    ...(misfits ? [element('div', { className: 'echosight-misfit' }, say('misfit', { model: listening }))] : []),
  );
}

/** Per class what was found of it; its name alone where that is not known any more. */
function classWords({ classes, scores }: ShownVersion): string {
  if (scores === undefined) return classes.map(({ label }) => label).join(', ');
  return scores
    .map(({ label, recall, precision }) => say('class', { label, recall: share(recall), precision: share(precision) }))
    .join(' · ');
}
