import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { furtherChoices } from '../../../dashboard/incidents/list/filter-choices.ts';
import {
  fits,
  furtherFilters,
  isFiltered,
  keptAs,
  noFilter,
  queryOf,
  spans,
  type ListFilter,
} from '../../../dashboard/list-filter.ts';
import { timeWords } from '../../../dashboard/time-words.ts';
import { speaker } from '../../../dashboard/words.ts';
import { listRequest } from '../../../src/api/incident-answers.ts';
import { incident } from './incident.ts';

const now = 40 * spans.day;

describe('the filter of the page', () => {
  const cases: [wanted: Partial<ListFilter>, more: Parameters<typeof incident>[1], does: boolean][] = [
    [{}, { severity: 0 }, true],
    [{ minimumSeverity: 2 }, { severity: 1 }, false],
    [{ minimumSeverity: 2 }, { severity: 2 }, true],
    [{ unreviewedOnly: true }, { review: { state: 'dismissed' } }, false],
    [{ answer: 'confirmed' }, { review: { state: 'confirmed' } }, true],
    [{ answer: 'confirmed' }, { review: { state: 'pending' } }, false],
    [{ area: 'yard' }, { area: 'yard' }, true],
    [{ area: 'yard' }, { area: 'hall' }, false],
    [{ source: 'gate' }, { source: 'door', sources: ['door', 'gate'] }, true],
    [{ source: 'gate' }, { source: 'door', sources: ['door'] }, false],
    [{ site: 'shop' }, { site: 'home' }, false],
    [{ span: 'day' }, { startedAt: now - spans.day - 1 }, false],
    [{ span: 'day' }, { startedAt: now - spans.day + 1 }, true],
  ];
  for (const [wanted, more, does] of cases) {
    test(`${JSON.stringify(wanted)} ${does ? 'lists' : 'leaves out'} ${JSON.stringify(more)}`, () => {
      assert.equal(fits(incident('a', more), { ...noFilter, ...wanted }, now), does);
    });
  }

  test('is understood by the API, whatever is chosen', () => {
    const everything: ListFilter = {
      ...{ minimumSeverity: 2, unreviewedOnly: true, text: ' broken glass ', site: 'home', area: 'Back yard' },
      ...{ source: 'gate & door', answer: 'false-positive', span: 'week' },
    };
    const query = new URLSearchParams(queryOf(everything, now)).toString();
    assert.deepEqual(listRequest(`/incidents?${query}`), {
      ...{ limit: 50, minimumSeverity: 2, state: 'unreviewed', site: 'home', area: 'Back yard', source: 'gate & door' },
      ...{ text: 'broken glass', review: 'false-positive', from: now - spans.week },
    });
    assert.deepEqual(queryOf(noFilter, now), {});
    assert.deepEqual([isFiltered(noFilter), isFiltered(everything), furtherFilters(everything)], [false, true, 5]);
    assert.equal(isFiltered({ ...noFilter, text: '  ' }), false);
  });

  test('that was kept is taken as far as it is understood', () => {
    assert.deepEqual(keptAs({ minimumSeverity: 3, unreviewedOnly: true }), {
      ...noFilter,
      ...{ minimumSeverity: 3, unreviewedOnly: true },
    });
    assert.deepEqual(keptAs({ minimumSeverity: 9, answer: 'gone', span: 'toString', area: 7 }), noFilter);
  });
});

describe('the filters that are folded away', () => {
  const say = speaker('en');
  const time = timeWords('en');
  const known = { ...noFilter, tiles: [], ears: [], places: { sources: [], areas: [] }, now };

  test('offer what was seen, and a site only where there are several', () => {
    const incidents = [
      incident('a', { site: 'home', siteName: 'Home', area: 'yard', source: 'gate', sources: ['gate', 'door'] }),
    ];
    const choices = furtherChoices({ ...known, incidents }, say, time);
    assert.deepEqual(
      choices.map(({ name }) => name),
      ['span', 'answer', 'area', 'source'],
    );
    assert.deepEqual(
      choices.find(({ name }) => name === 'source')?.options.map(({ value }) => value),
      ['door', 'gate'],
    );
    assert.deepEqual(choices[0]?.options[0], { value: 'day', text: 'Last 24 hours' });
    const shop = incident('b', { site: 'shop', siteName: 'Shop', area: 'till', source: 'till' });
    const more = furtherChoices({ ...known, incidents: [...incidents, shop] }, say, time).at(-1);
    assert.deepEqual(more?.options, [
      { value: 'home', text: 'Home' },
      { value: 'shop', text: 'Shop' },
    ]);
  });

  test('offer what is gone after what is there, with the time when it went', () => {
    const row = { site: 'home', siteName: 'Home', area: 'yard', title: '', firstSeen: 0, lastSeen: 0 };
    const sources = [
      { ...row, source: 'old gate', kind: 'camera' as const, goneAt: now - 2 * spans.day },
      { ...row, source: 'sensor', kind: 'unknown' as const, area: 'cellar', goneAt: now - 7_200_000 },
      { ...row, source: 'portal', kind: 'camera' as const },
      { ...row, source: 'door', kind: 'camera' as const, goneAt: now },
      { ...row, site: 'shop', source: 'door', kind: 'camera' as const },
    ];
    const areas = [{ ...row }, { ...row, area: 'cellar', goneAt: now - 2 * spans.day }];
    const incidents = [incident('a', { area: 'yard', source: 'old gate', sources: ['old gate'] })];
    const choices = furtherChoices({ ...known, incidents, places: { sources, areas } }, say, time);
    const texts = (wanted: string) =>
      choices.find(({ name }) => name === wanted)?.options.map(({ text }) => text.replaceAll('\u00a0', ' '));
    assert.deepEqual(texts('source'), [
      'door',
      'portal',
      'sensor (last seen 2 hours ago)',
      'old gate (gone 2 days ago)',
    ]);
    assert.deepEqual(texts('area'), ['yard', 'cellar (gone 2 days ago)']);
    const home = furtherChoices({ ...known, site: 'home', incidents, places: { sources, areas } }, say, time);
    assert.match(home.find(({ name }) => name === 'source')?.options[1]?.text ?? '', /^door \(gone/);
  });

  test('keep what is chosen, though nothing of it is listed', () => {
    const choices = furtherChoices({ ...known, area: 'cellar', incidents: [] }, say, time);
    assert.deepEqual(choices.find(({ name }) => name === 'area')?.options, [{ value: 'cellar', text: 'cellar' }]);
  });
});
