import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { RuleFirings } from '../../../src/api/rule-firings.ts';
import { siteHost } from '../../../src/api/site-host.ts';
import { rulePresets, type Rule } from '../../../src/contracts/configs.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import type { RuleNodes } from '../../../src/contracts/rule-list.ts';
import { Site } from '../../../src/site/site.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from '../evidence/incident.ts';
import { serveApi } from './api-server.ts';

const own: Rule[] = [
  {
    id: 'a',
    enabled: true,
    severity: 3,
    label: 'Break-in',
    all: [{ kind: 'object', label: 'person', source: 'yard' }],
  },
  { id: 'b', enabled: true, severity: 2, all: [{ kind: 'sound', label: 'scream' }], modes: ['night'] },
  { id: 'c', enabled: false, severity: 1, all: [{ kind: 'sound', label: 'gunshot' }] },
  { id: 'd', enabled: true, severity: 1, all: [{ kind: 'sound', label: 'dog_bark' }], expression: 'mode = "away"' },
];

async function bench(t: TestContext) {
  const log = new RecordingLog();
  const sites = ['home', 'garage'].map((id) => new Site({ id, name: `The ${id}`, folder: temporaryFolder(t) }, log));
  t.after(() => Promise.all(sites.map((site) => site.close())));
  const [home, garage] = sites;
  assert.ok(home && garage);
  home.rules.add({ node: 'n2', name: 'mine', rules: own });
  garage.rules.add({ node: 'n3', name: '', rules: rulePresets.shop.map((rule) => ({ ...rule, enabled: false })) });
  let sources: readonly string[] | undefined;
  const caller = (): Caller => ({ name: 'ann', role: 'viewer', how: 'session', ...(sources && { sources }) });
  const host = siteHost(() => sites, { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, { ...host, caller: () => Promise.resolve(caller()) });
  return {
    ...{ home, address },
    rules: async (of?: readonly string[], query = '', headers = {}) => {
      sources = of;
      const answer = await fetch(`${address}/api/v1/rules${query}`, { headers });
      return ((await answer.json()) as RuleNodes).nodes;
    },
  };
}

describe('the rules of the sites', () => {
  test('say in how many incidents they held, to who may see all of the site', async (t) => {
    const { home, rules } = await bench(t);
    const at = home.clock.now() - 1000;
    const store = await home.evidence();
    for (const id of ['one', 'two']) {
      const startedAt = at - (id === 'two' ? 0 : 100 * 3_600_000);
      const rule = { id: 'a', node: 'n2', name: 'Break-in', severity: 3, firstAt: startedAt };
      const signals = [{ kind: 'object', label: 'person', source: 'yard' }] as const;
      const times = { startedAt, updatedAt: startedAt, capturedAt: startedAt };
      await store.record(incident({ id, ...times, rules: [{ ...rule, signals: [...signals] }] }), {});
    }
    await store.review('one', { action: 'false-positive' }, 'ann');
    const [first] = await rules();
    const counts = { day: 1, week: 2, month: 2, falsePositives: 1, falsePositiveShare: 0.5, lastAt: at };
    assert.deepEqual(first?.rules[0]?.fired, counts);
    assert.equal(first.rules[1]?.fired?.month, 0);
    const [limited] = await rules(['home/yard']);
    assert.deepEqual([limited?.rules[0]?.id, limited?.rules[0]?.fired], ['a', undefined]);
  });

  test('are sentences, with what counts now and why the others do not', async (t) => {
    const { home, rules } = await bench(t);
    const [first, second] = await rules();
    assert.deepEqual([first?.site, first?.siteName, first?.node, first?.name], ['home', 'The home', 'n2', 'mine']);
    assert.deepEqual([first?.mode, first?.preset], ['away', undefined]);
    assert.deepEqual(first?.rules[0], {
      ...{ id: 'a', enabled: true, severity: 3, label: 'Break-in', counts: true, modes: ['home', 'away', 'night'] },
      sentence: 'When person is seen (at yard): alarm (3)',
      fired: { day: 0, week: 0, month: 0, falsePositives: 0 },
    });
    assert.deepEqual(
      first.rules.map(({ counts, why }) => [counts, why]),
      [
        [true, undefined],
        [false, 'mode'],
        [false, 'off'],
        [true, undefined],
      ],
    );
    assert.equal(second?.preset, 'shop');
    await home.arming.set({ mode: 'night' }, { by: 'ann', how: 'api' });
    const [armed] = await rules();
    assert.deepEqual([armed?.mode, armed?.rules[1]?.counts], ['night', true]);
    await home.arming.set({ mode: 'disarmed' }, { by: 'ann', how: 'api' });
    assert.deepEqual(
      (await rules())[0]?.rules.map(({ counts }) => counts),
      [false, false, false, false],
    );
  });

  test('in the language of who asks', async (t) => {
    const { address, rules } = await bench(t);
    const sentence = async (query: string, accept?: string) =>
      (await rules(undefined, query, accept === undefined ? {} : { 'accept-language': accept }))[0]?.rules[1]?.sentence;
    const german = await sentence('?lang=de');
    assert.match(german ?? '', /scream/);
    assert.doesNotMatch(german ?? '', /When|__/);
    assert.equal(await sentence('', 'fr, de-AT;q=0.8, en;q=0.7'), german);
    assert.match((await sentence('', 'de;q=0, en')) ?? '', /^When scream is heard: warning \(2\)/);
    assert.match((await sentence('', ';;q=x,,')) ?? '', /^When/);
    assert.equal((await fetch(`${address}/api/v1/rules?lang=fr`)).status, 400);
  });

  test('as far as somebody may know them', async (t) => {
    const { rules } = await bench(t);
    const ids = async (...sources: string[]) =>
      (await rules(sources)).map((node) => `${node.site} ${node.rules.map(({ id }) => id).join('')}`);
    assert.deepEqual(await ids('home'), ['home abcd']);
    assert.deepEqual(await ids('home/yard'), ['home abc']);
    assert.deepEqual(await ids('home/door'), ['home bc']);
    assert.deepEqual(await ids(), []);
  });

  test('also while the database hangs, without their counts', async () => {
    const clock = new ManualClock();
    const hangs = () => new Promise<never>(() => undefined);
    const site = { clock, rules: { all: [] }, evidence: hangs } as unknown as Site;
    const told = new RuleFirings().of(site);
    clock.advance(2000);
    assert.deepEqual(await told, []);
  });
});
