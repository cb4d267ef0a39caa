import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noFilter } from '../../../dashboard/list-filter.ts';
import { Notices } from '../../../dashboard/incidents/view/notices.ts';
import { chosenOnly, filterOfView, isOfLeftOut, viewOfFilter } from '../../../dashboard/incidents/view/view-filter.ts';
import { incident } from './incident.ts';

describe('the filter of a view', () => {
  test('comes back as it was kept, without words and times', () => {
    const filter = { ...noFilter, minimumSeverity: 2, unreviewedOnly: true, area: 'yard', answer: 'pending' as const };
    const kept = viewOfFilter({ ...filter, text: 'knife', span: 'day' });
    assert.deepEqual(kept, { minimumSeverity: 2, state: 'unreviewed', area: 'yard', review: 'pending' });
    assert.deepEqual(filterOfView(kept), filter);
    assert.deepEqual(filterOfView(viewOfFilter(noFilter)), noFilter);
  });

  test('shows cameras in the chosen order, and none that is gone', () => {
    const tiles = [{ id: 'home/a' }, { id: 'home/b' }, { id: 'home/c' }];
    assert.deepEqual(chosenOnly(tiles, undefined), tiles);
    assert.deepEqual(chosenOnly(tiles, ['home/c', 'home/gone', 'home/a']), [{ id: 'home/c' }, { id: 'home/a' }]);
  });
});

describe('what somebody is told', () => {
  test('is not what only cameras saw that they left out', () => {
    const tiles = [{ id: 'home/porch' }, { id: 'home/yard' }];
    const of = (...sources: string[]) => isOfLeftOut({ site: 'home', sources }, tiles, ['home/yard']);
    assert.equal(of('porch'), true);
    assert.equal(of('yard'), false);
    assert.equal(of('porch', 'yard'), false);
    assert.equal(of('porch', 'a microphone'), false);
    assert.equal(of(), false);
    assert.equal(isOfLeftOut({ site: 'home', sources: ['porch'] }, tiles, undefined), false);
  });

  test('is each incident that is grave enough once, and again when it becomes graver', () => {
    const said: string[] = [];
    const choice = {
      ...{ minimumSeverity: 2 as number | undefined, sound: true, desktop: true },
      isLeftOut: ({ id }: { id: string }) => id === 'elsewhere',
    };
    const ports = {
      beep: (severity: number) => said.push(`beep ${severity}`),
      show: ({ id, severity }: { id: string; severity: number }) => said.push(`${id} ${severity}`),
      now: () => 1000,
    };
    const notices = new Notices(ports, () => choice);
    notices.take(incident('a', { severity: 1, startedAt: 900 }));
    notices.take(incident('a', { severity: 2, startedAt: 900 }));
    notices.take(incident('a', { severity: 2, startedAt: 900 }));
    notices.take(incident('elsewhere', { severity: 3, startedAt: 900 }));
    choice.sound = false;
    notices.take(incident('a', { severity: 3, startedAt: 900 }));
    notices.take(incident('old', { severity: 3, startedAt: 900 - 20 * 60_000 }));
    choice.minimumSeverity = undefined;
    notices.take(incident('b', { severity: 3, startedAt: 900 }));
    assert.deepEqual(said, ['beep 2', 'a 2', 'a 3']);
  });
});
