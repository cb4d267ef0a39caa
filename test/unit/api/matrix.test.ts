import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { audited, type Noted } from '../../../src/api/access/audited.ts';
import { openApiDocument } from '../../../src/api/openapi/document.ts';
import type { Needs } from '../../../src/api/routes/route.ts';
import { hasRole, roles, type Role } from '../../../src/contracts/access.ts';
import { door, home, newName, streamRequest, twoHouses, type ScopeName } from './two-houses.ts';

/** Every operation of the document. */
const operations = Object.entries(openApiDocument('1', '').paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);
type Operation = (typeof operations)[number];

/** Parts of a path that name something of a site: to whom it is foreign, it is not there. */
const ofSite = ['incident', 'event', 'alert', 'evidence', 'clip', 'preview', 'stream', 'export'];

/** What those ask for that must be asked for something. */
const queries: Readonly<Record<string, string>> = {
  readStatistics: 'from=0&to=5000',
  simulateEvent: `stream_id=${door}`,
  addDemoStream: `site=${home}`,
  readSoundInfo: `site=${home}`,
  readSoundHealth: `site=${home}`,
  readSoundModel: `site=${home}`,
  readTraining: `site=${home}`,
  predictSound: `site=${home}`,
  retrainSound: `site=${home}`,
};

/** What those are sent that have a body. */
const bodies: Readonly<Record<string, () => object>> = {
  reviewIncident: () => ({ action: 'hold' }),
  confirmEvent: () => ({ note: 'x' }),
  dismissEvent: () => ({ note: 'y' }),
  changeArming: () => ({ mode: 'home', site: home }),
  verifyEvidence: () => ({ site: home }),
  addStream: () => streamRequest(home, newName('added')),
  changeStream: () => ({ location: 'hall' }),
  changePassword: () => ({}),
  changeView: () => ({}),
  addUser: () => ({ name: newName('made'), role: 'viewer' }),
  changeUser: () => ({ role: 'operator' }),
  makeToken: () => ({ name: newName('made'), role: 'viewer' }),
  predictSound: () => ({}),
  retrainSound: () => ({}),
};

const wrongPassword = (): object => ({ password: 'wrong', newPassword: 'another good horse' });

/** Those that a caller who may use them is not answered with 2xx here, and why. */
const refusals: Readonly<Record<string, { status: number; why: string }>> = {
  predictSound: { status: 415, why: 'no sound was sent' },
  retrainSound: { status: 415, why: 'no recordings were sent' },
  changePassword: { status: 422, why: 'wrong passwords would have to wait' },
};

/** Those that need an admin who may see everything. */
const ofEverything = [
  ...['readMetrics', 'readConfig', 'listUsers', 'readUser', 'addUser', 'changeUser', 'removeUser', 'makeUserLink'],
  ...['listTokens', 'makeToken', 'revokeToken', 'listAudit'],
];
/** Those that name a site elsewhere than in their path. */
const namesSite = [
  'changeArming',
  'verifyEvidence',
  'addStream',
  'addDemoStream',
  'simulateEvent',
  'predictSound',
  'retrainSound',
];
/** A part of a site that may be seen is enough for these. */
const partIsEnough = ['predictSound'];

type House = Awaited<ReturnType<typeof twoHouses>>;

async function send(
  { address, parts }: House,
  { path, method, operationId, parameters, requestBody }: Operation,
  body = bodies[operationId],
) {
  let filled = path;
  for (const { name } of parameters.filter((one) => one.in === 'path')) {
    const value = parts[name];
    assert.ok(value, `${operationId}: say in two-houses.ts what stands for {${name}}`);
    filled = filled.replace(`{${name}}`, encodeURIComponent(await value()));
  }
  const needsQuery = parameters.some((one) => one.in === 'query' && one.required);
  const query = queries[operationId];
  assert.ok(!needsQuery || query !== undefined, `${operationId}: say in queries what it asks for`);
  assert.ok(requestBody === undefined || body !== undefined, `${operationId}: say in bodies what it is sent`);
  const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body()) };
  for (;;) {
    const answer = await fetch(`${address}${filled}${query === undefined ? '' : `?${query}`}`, { method, ...init });
    const text = await answer.text();
    // A fast machine asks more in a second than one caller may.
    if (answer.status !== 429) return { status: answer.status, text };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What has to come of a request. */
function expected(operation: Operation, role: Role | undefined, scope: ScopeName): number | 'done' | 'away' {
  const { operationId: id, parameters } = operation;
  if (role === undefined) return 401;
  if (!hasRole({ role }, operation['x-needs'] as Role)) return 403;
  if (scope !== 'everything' && ofEverything.includes(id)) return 403;
  const isForeign = scope === 'foreign site' || scope === 'foreign source';
  if (isForeign && parameters.some(({ name, in: place }) => place === 'path' && ofSite.includes(name))) return 404;
  const isPartly = scope === 'foreign source' && partIsEnough.includes(id);
  if (isForeign && namesSite.includes(id) && !isPartly) return 'away';
  if (scope === 'foreign site' && queries[id]?.startsWith('site=') === true) return 404;
  return refusals[id]?.status ?? 'done';
}

const isGuarded = (operation: Operation): boolean =>
  (roles as readonly Needs[]).includes(operation['x-needs'] as Needs);

describe('every route, every role, every scope', () => {
  test('lets in who may, and to all others nothing of it is there', { timeout: 300_000 }, async (t) => {
    process.env.ECHOSIGHT_TEST_ROUTES = '1';
    t.after(() => delete process.env.ECHOSIGHT_TEST_ROUTES);
    const house = await twoHouses(t);
    const counts = { answers: 0, done: 0 };
    for (const operation of operations.filter(isGuarded)) {
      for (const role of [undefined, ...roles]) {
        // Whoever may do it comes last.
        for (const scope of ['foreign site', 'foreign source', 'own', 'everything'] as const) {
          house.be(role, scope);
          const what = `${operation.operationId} as ${role ?? 'nobody'} of ${scope}`;
          const wanted = expected(operation, role, scope);
          if (wanted === 'done' && operation.operationId === 'verifyEvidence') await verified(house);
          const { status, text } = await send(house, operation);
          counts.answers += 1;
          if (wanted === 'done') assert.ok(status >= 200 && status < 300, `${what}: ${status} ${text}`);
          else if (wanted === 'away') assert.ok([403, 404].includes(status), `${what}: ${status} ${text}`);
          else assert.equal(status, wanted, `${what}: ${text}`);
          if (wanted === 'done') counts.done += 1;
          if (scope === 'foreign site') assert.doesNotMatch(text, /hearth/, what);
          if (scope === 'foreign source') assert.doesNotMatch(text, /hearth-door/, what);
        }
      }
    }
    assert.ok(counts.answers > 700 && counts.done > 200, JSON.stringify(counts));
  });

  test('what is done by any route that is no GET is written down, unless the table says why not', async (t) => {
    process.env.ECHOSIGHT_TEST_ROUTES = '1';
    t.after(() => delete process.env.ECHOSIGHT_TEST_ROUTES);
    const house = await twoHouses(t);
    const table = audited as Readonly<Record<string, Noted>>;
    house.be('admin', 'everything');
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      const id = operation.operationId;
      const noted = table[id];
      assert.ok(noted, `${id}: say in audited.ts what is written down of it`);
      if (!isGuarded(operation) || 'not' in noted || id === 'retrainSound') continue;
      const before = await newest(house);
      await send(house, operation, id === 'changePassword' ? wrongPassword : bodies[id]);
      const actions = 'action' in noted ? [noted.action] : noted.itself;
      const page = await house.access.audit.page(5);
      const entry = page.entries.find(({ seq, action }) => seq > before && actions.includes(action));
      assert.ok(entry, `${id} wrote down none of ${actions.join(', ')}: ${JSON.stringify(page.entries)}`);
      assert.equal(entry.by, 'ann', id);
    }
  });
});

async function newest({ access }: House): Promise<number> {
  return (await access.audit.page(1)).entries[0]?.seq ?? 0;
}

/** Until the verification of before is over: one is made at a time. */
async function verified({ address }: House): Promise<void> {
  for (;;) {
    const answer = await fetch(`${address}/api/v1/site/verification`);
    const text = await answer.text();
    if (answer.status === 200 && !text.includes('under-way')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
