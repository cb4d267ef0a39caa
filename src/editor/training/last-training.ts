import type { TrainingResults, TrainingSession } from '../../contracts/training.ts';
import { element } from '../element.ts';
import { say, share } from './training-words.ts';

/** What the last training showed: what was taken for what, and which files could not be used. */
export function lastTraining({ results, refused, refusals, model, startedAt }: TrainingSession): HTMLElement[] {
  const when = new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return [
    element('p', { className: 'echosight-advice' }, say('when', { when, model })),
    ...(results === undefined ? [] : [element('p', {}, say('confusion')), confusion(results)]),
    ...(refused === 0 ? [] : [refusedFiles(refused, refusals)]),
  ];
}

function confusion({ labels, confusion: rows }: TrainingResults): HTMLElement {
  const head = (label: string, scope: 'col' | 'row'): HTMLElement => element('th', { scope }, label);
  // Built-in sounds have no clips of their own: they are a column alone, where something was taken for them.
  const shown = labels.map((label, index) => ({ label, index, row: rows[index] ?? [] }));
  const columns = shown.filter(({ index, row }) =>
    [...row, ...rows.map((one) => one[index] ?? 0)].some((count) => count > 0),
  );
  const lines = shown.filter(({ row }) => row.some((count) => count > 0));
  const body = lines.map(({ label, index: own, row }) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const cells = columns.map(({ index }) => {
      const count = row[index] ?? 0;
      const look = count === 0 ? '' : index === own ? 'echosight-right' : 'echosight-wrong';
      return element('td', { className: look, title: share(count / all) }, String(count));
    });
    return element('tr', {}, head(label, 'row'), ...cells);
  });
  return element(
    'table',
    { className: 'echosight-confusion' },
    element('thead', {}, element('tr', {}, element('td'), ...columns.map(({ label }) => head(label, 'col')))),
    element('tbody', {}, ...body),
  );
}

function refusedFiles(refused: number, refusals: TrainingSession['refusals']): HTMLElement {
  const rows = refusals.map(({ file, reason }) => element('li', {}, element('b', {}, file), `: ${reason}`));
  const more = refused > refusals.length ? [element('li', {}, say('more', { count: refused - refusals.length }))] : [];
  return element(
    'details',
    {},
    element('summary', {}, say('refused', { count: refused })),
    element('ul', { className: 'echosight-refused' }, ...rows, ...more),
  );
}
