import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { Caller } from '../../../src/contracts/access.ts';
import type { IncidentPage, IncidentSummary, LiveTicket } from '../../../src/contracts/api.ts';
import type { RegisteredModel } from '../../../src/contracts/register.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { siteHost } from '../../../src/api/site-host.ts';
import { Site } from '../../../src/site/site.ts';
import { LiveReader } from '../../live-reader.ts';
import { incident, jpeg } from '../evidence/incident.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';
import type { Change } from '../../../src/api/live/incident-feed.ts';

const rule = (id: string) => ({ id, name: id, severity: 2, firstAt: 5 });

/** One incident of the door, one of the yard, one of both, and one of the other house. */
const incidents: Partial<Incident>[] = [
  { id: 'door', source: 'door', sources: ['door'] },
  { id: 'yard', source: 'yard', sources: ['yard'] },
  {
    ...{ id: 'both', source: 'yard', sources: ['yard', 'door'], areas: ['shop', 'porch'] },
    explanation: [
      'Severity 2 by the rule person+glass_break.',
      'A person was seen at yard (0.84).',
      'Glass broke at door (0.91).',
      'Severity 3 was held back: gunshot from cellar at 20:00:03 excludes it.',
      'Scream at backdoor was 12.0 s away: too far apart to count.',
    ],
    signals: [
      { kind: 'object', label: 'person', source: 'yard', score: 0.84, capturedAt: 5, count: 1 },
      { kind: 'sound', label: 'glass_break', source: 'door', score: 0.91, capturedAt: 6, count: 1 },
    ],
    // The last one stands on what the incident has no room to list.
    rules: [
      { ...rule('person'), signals: [{ kind: 'object', label: 'person', source: 'yard' }] },
      { ...rule('glass'), signals: [{ kind: 'sound', label: 'glass_break', source: 'door' }] },
      { ...rule('unlisted'), signals: [] },
    ],
  },
  { id: 'foreign', site: 'garage', source: 'door', sources: ['door'] },
];

interface Bench {
  /** A request as somebody who may see these. */
  as: (sources: readonly string[] | undefined, path: string, init?: RequestInit) => Promise<Response>;
  address: string;
  change: (change: Change) => void;
  be: (sources: readonly string[] | undefined) => void;
  /** The first of them. */
  site: Site;
}

async function bench(t: TestContext): Promise<Bench> {
  const log = new RecordingLog();
  const sites = ['home', 'garage'].map((id) => new Site({ id, name: `The ${id}`, folder: temporaryFolder(t) }, log));
  t.after(() => Promise.all(sites.map((site) => site.close())));
  for (const [n, fields] of incidents.entries()) {
    const site = sites.find(({ id }) => id === (fields.site ?? 'home'));
    assert.ok(site);
    const store = await site.evidence();
    // Files are kept of the source of their message.
    for (const [seq, source] of (fields.sources ?? []).entries()) {
      const message = incident({ ...fields, source, seq, startedAt: 1000 + n, phase: seq === 0 ? 'start' : 'update' });
      await store.record(message, { image: jpeg(`${fields.id ?? ''} ${source}`) });
    }
  }
  let caller: Caller = { name: 'ann', role: 'admin', how: 'session' };
  let tell: (change: Change) => void = () => undefined;
  const host = siteHost(() => sites, { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, {
    ...host,
    caller: () => Promise.resolve(caller),
    watch: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  const be: Bench['be'] = (sources) => {
    caller = { name: 'ann', role: 'admin', how: 'session', ...(sources === undefined ? {} : { sources }) };
  };
  const [site] = sites;
  assert.ok(site);
  return {
    address,
    be,
    site,
    as: (sources, path, init) => {
      be(sources);
      return fetch(`${address}${path}`, init);
    },
    change: (change) => {
      tell(change);
    },
  };
}

const ids = async (response: Response): Promise<string[]> =>
  ((await response.json()) as IncidentPage).incidents.map(({ id }) => id);

describe('what a caller may see', () => {
  const scopes: { sources: string[] | undefined; seen: string[] }[] = [
    { sources: undefined, seen: ['foreign', 'both', 'yard', 'door'] },
    { sources: ['home'], seen: ['both', 'yard', 'door'] },
    { sources: ['home/door'], seen: ['both', 'door'] },
    { sources: ['home/yard', 'garage'], seen: ['foreign', 'both', 'yard'] },
    { sources: ['garage/yard', 'hom', 'home/', 'door'], seen: [] },
    { sources: [], seen: [] },
  ];

  test('decides lists and their pages: what is foreign is not there (single rows and all routes: matrix.test.ts)', async (t) => {
    const { as } = await bench(t);
    for (const { sources, seen } of scopes) {
      const said = JSON.stringify(sources);
      assert.deepEqual(await ids(await as(sources, '/api/v1/incidents')), seen, said);
      const paged: string[] = [];
      for (let next: string | undefined = ''; next !== undefined;) {
        const more: string = next === '' ? '' : `&before=${encodeURIComponent(next)}`;
        const page = (await (await as(sources, `/api/v1/incidents?limit=1${more}`)).json()) as IncidentPage;
        paged.push(...page.incidents.map(({ id }) => id));
        next = page.next;
      }
      assert.deepEqual(paged, seen, said);
    }
  });

  test('takes signals, files and sentences of other sources out of an incident', async (t) => {
    const { as } = await bench(t);
    const path = '/api/v1/incidents/both';
    const whole = (await (await as(['home'], path)).json()) as IncidentSummary;
    assert.deepEqual([whole.source, whole.sources.length, whole.evidence.length], ['yard', 2, 2]);
    const mine = (await (await as(['home/door'], path)).json()) as IncidentSummary;
    assert.deepEqual([mine.source, mine.sources], ['door', ['door']]);
    assert.deepEqual(
      mine.signals.map(({ label }) => label),
      ['glass_break'],
    );
    assert.deepEqual(
      mine.evidence.map(({ source }) => source),
      ['door'],
    );
    assert.deepEqual(
      [whole, mine].map(({ rules }) => rules?.map(({ id }) => id)),
      [['person', 'glass', 'unlisted'], ['glass']],
    );
    assert.deepEqual(mine.explanation, ['Severity 2 by the rule person+glass_break.', 'Glass broke at door (0.91).']);
    assert.doesNotMatch(JSON.stringify(mine), /yard|cellar|backdoor/);
    assert.equal(whole.explanation.length, 5);
    assert.deepEqual([whole.areas, mine.areas], [['shop', 'porch'], undefined]);
    assert.deepEqual(await ids(await as(['home'], '/api/v1/incidents?area=porch')), ['both']);
    assert.deepEqual(await ids(await as(['home/door'], '/api/v1/incidents?area=porch')), []);
    assert.deepEqual(await ids(await as(['home/door'], '/api/v1/incidents?area=shop')), ['both', 'door']);
  });

  test('decides what is found: nobody learns by looking for it what they may not see', async (t) => {
    const { as } = await bench(t);
    const found = async (sources: string[], query: string): Promise<string[]> => {
      const page = (await (await as(sources, `/api/v1/incidents?limit=1&${query}`)).json()) as IncidentPage;
      assert.equal(page.next, undefined, query);
      return page.incidents.map(({ id }) => id);
    };
    for (const query of ['source=yard', 'text=gunshot', 'text=cellar', 'text=yard', 'text=scream']) {
      assert.deepEqual(await found(['home/door'], query), [], query);
      assert.equal((await ids(await as(['home'], `/api/v1/incidents?${query}`))).includes('both'), true, query);
    }
    assert.deepEqual(await found(['home/door'], 'text=glass+broke'), ['both']);
    assert.deepEqual(await ids(await as(['home/door'], '/api/v1/incidents?source=door')), ['both', 'door']);
    const events = (await (await as(['home/door'], '/api/v1/events?stream_id=yard')).json()) as { events: unknown[] };
    assert.deepEqual(events.events, []);
  });

  test('decides what is told of models: those that judge one of theirs, and when they did', async (t) => {
    const { as, site } = await bench(t);
    const { query } = await site.database();
    const used = { id: 'ears', sha256: 'a'.repeat(64) };
    await query
      .insertInto('models')
      .values(
        [used, { id: 'eyes', sha256: 'b'.repeat(64) }].map((one) => ({
          ...one,
          kind: 'sound',
          first_used: 1,
          last_used: 9,
        })),
      )
      .execute();
    const yards = Array.from({ length: 300 }, (_, n) => ({ source: `yard-${n}`, first_used: 1, last_used: 9 }));
    for (const use of [{ source: 'door', first_used: 3, last_used: 5 }, ...yards]) {
      await query
        .insertInto('model_sources')
        .values({ ...used, site: 'home', ...use })
        .execute();
    }
    const told = async (sources: string[]) =>
      ((await (await as(sources, '/api/v1/models?site=home')).json()) as { items: RegisteredModel[] }).items;
    assert.deepEqual(
      (await told(['home'])).map(({ model, sources, lastUsed }) => [model, sources.length, lastUsed]),
      [
        ['ears', 200, 9],
        ['eyes', 0, 9],
      ],
    );
    const [mine, ...others] = await told(['home/door']);
    assert.deepEqual(others, []);
    assert.deepEqual([mine?.model, mine?.firstUsed, mine?.lastUsed], ['ears', 3, 5]);
    assert.deepEqual(mine?.sources, [{ source: 'door', firstUsed: 3, lastUsed: 5 }]);
  });

  test('decides live messages, one by one', async (t) => {
    const { as, be, address, change } = await bench(t);
    const listen = async (sources: string[] | undefined): Promise<LiveReader> => {
      const made = await as(sources, '/api/v1/live/tickets', { method: 'POST' });
      const { ticket } = (await made.json()) as LiveTicket;
      const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/live?ticket=${ticket}`);
      t.after(() => {
        socket.terminate();
      });
      const reader = new LiveReader(socket);
      await reader.next(({ type }) => type === 'hello');
      return reader;
    };
    const [all, door] = [await listen(undefined), await listen(['home/door'])];
    be(undefined);
    for (const id of ['foreign', 'yard', 'both']) {
      const incident = (await (await fetch(`${address}/api/v1/incidents/${id}`)).json()) as IncidentSummary;
      change({ key: id, load: () => Promise.resolve({ type: 'incident', incident }) });
      const told = await all.next((message) => message.type === 'incident' && message.incident.id === id);
      assert.ok(told);
    }
    const first = await door.next(({ type }) => type === 'incident');
    assert.ok(first.type === 'incident');
    assert.deepEqual([first.incident.id, first.incident.sources, first.seq], ['both', ['door'], 3]);
    assert.doesNotMatch(JSON.stringify(first), /yard/);
  });
});
