import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { siteHost } from '../../../src/api/site-host.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import type { NodeSettings } from '../../../src/contracts/node-settings.ts';
import type { SiteRetentions, SiteVerification, SiteVerifications } from '../../../src/contracts/site-care.ts';
import { usualKeeping } from '../../../src/site/site-keeping.ts';
import { EvidenceCheck } from '../../../src/site/evidence-check.ts';
import { Site } from '../../../src/site/site.ts';
import { incident, jpeg } from '../evidence/incident.ts';
import { verifyInThread } from '../../../src/evidence/trust/trust-work.ts';
import { run } from '../cli/program-run.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

const nodes: NodeSettings[] = [{ id: 'n', type: 'mic-in', name: 'ear', settings: { name: 'ear' }, secrets: [] }];

async function bench(t: TestContext) {
  const log = new RecordingLog();
  const sites = ['home', 'garage'].map((id) => new Site({ id, name: `The ${id}`, folder: temporaryFolder(t) }, log));
  t.after(() => Promise.all(sites.map((site) => site.close())));
  const [home] = sites;
  assert.ok(home);
  const store = await home.evidence();
  for (const id of ['old', 'held', 'open']) {
    const fields = { id, seq: 0, startedAt: 1000, severity: 2, ...(id === 'open' ? {} : { endedAt: 2000 }) };
    await store.record(incident({ ...fields, phase: id === 'open' ? 'start' : 'end' }), { image: jpeg(id) });
  }
  await store.review('held', { action: 'hold' }, 'ann');
  const notes: string[] = [];
  let caller: Caller = { name: 'ann', role: 'admin', how: 'session' };
  const host = siteHost(() => sites, { authenticated: () => false, user: () => undefined }, log, {
    settings: () => nodes,
  });
  const note = (by: Caller, action: string, subject = ''): void => {
    notes.push(`${by.name} ${action} ${subject}`);
  };
  const address = await serveApi(t, { ...host, note, caller: () => Promise.resolve(caller) });
  return {
    ...{ home, notes },
    as: (sources: readonly string[] | undefined, path: string, body?: object) => {
      caller = { name: 'ann', role: 'admin', how: 'session', ...(sources === undefined ? {} : { sources }) };
      const headers = { 'content-type': 'application/json' };
      const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
      return fetch(`${address}/api/v1/${path}`, init);
    },
  };
}

describe('who looks after an installation', () => {
  test('has the evidence of a site verified, and asks what was found', async (t) => {
    const { home, notes, as } = await bench(t);
    const found = async (): Promise<SiteVerification | undefined> =>
      ((await (await as(undefined, 'site/verification')).json()) as SiteVerifications).sites[0];
    assert.deepEqual(await found(), { site: 'home', siteName: 'The home', state: 'never' });
    assert.equal((await as(undefined, 'site/verification', {})).status, 409, 'which of both?');
    assert.equal((await as(undefined, 'site/verification', { site: 'attic' })).status, 404);
    assert.equal((await as(undefined, 'site/verification', { site: 7 })).status, 422);
    const begun = await as(undefined, 'site/verification', { site: 'home' });
    assert.deepEqual([begun.status, ((await begun.json()) as SiteVerification).state], [202, 'under-way']);
    while ((await found())?.state === 'under-way') await delay(20);
    const { state, by, findings } = (await found()) ?? {};
    assert.deepEqual([state, by, findings?.holds, findings?.incidents, findings?.files], ['done', 'ann', true, 3, 3]);
    assert.deepEqual(notes, ['ann evidence.verify home']);
    rmSync(join(home.folder, 'evidence'), { recursive: true });
    await as(undefined, 'site/verification', { site: 'home' });
    while ((await found())?.state === 'under-way') await delay(20);
    const last = await found();
    assert.deepEqual([last?.findings?.holds, last?.findings?.faults], [false, 3]);
    // A restart forgets nothing, and what the command line finds counts as well.
    const restarted = new EvidenceCheck(home.folder, new ManualClock());
    assert.deepEqual({ site: 'home', siteName: 'The home', ...(await restarted.last()) }, last);
    assert.equal((await run('evidence', 'verify', '--data-folder', home.folder)).code, 1);
    const told = await found();
    assert.deepEqual([told?.by, told?.state, told?.findings], ['command', 'done', last?.findings]);
    writeFileSync(join(home.folder, 'verification.json'), '{"state":"done","endedAt":1}x');
    assert.deepEqual(await restarted.last(), { state: 'never' });
  });

  test('sees how far a verification is', async (t) => {
    const { home, as } = await bench(t);
    const shares: number[] = [];
    const found = await verifyInThread(home.folder, (share) => shares.push(share));
    assert.deepEqual([found.holds, shares.at(-1)], [true, 1]);
    assert.deepEqual(
      shares,
      [...new Set(shares)].sort((a, b) => a - b),
    );
    let tell: ((share: number) => void) | undefined;
    let end: (() => void) | undefined;
    const check = new EvidenceCheck(home.folder, new ManualClock(), (_folder, told) => {
      tell = told;
      return new Promise((resolve) => {
        end = () => {
          resolve(found);
        };
      });
    });
    assert.equal(check.begin('ann'), true);
    assert.equal((await check.last()).progress, 0);
    tell?.(0.25);
    const { state, progress } = await check.last();
    assert.deepEqual([state, progress], ['under-way', 0.25]);
    end?.();
    while (check.isUnderWay) await delay(20);
    assert.equal((await check.last()).progress, undefined);
    assert.equal(((await (await as(undefined, 'site/verification')).json()) as SiteVerifications).sites[0]?.by, 'ann');
  });

  test('verifies one site at a time', async (t) => {
    const sites = ['home', 'garage'].map((id) => {
      let state: SiteVerification['state'] = 'never';
      return {
        id,
        verification: () => Promise.resolve({ site: id, siteName: id, state }),
        isVerifying: () => state === 'under-way',
        verify: () => {
          state = 'under-way';
          return true;
        },
        retention: () => Promise.reject(new Error('not asked')),
      };
    });
    const caller: Caller = { name: 'ann', role: 'admin', how: 'session' };
    const own = { caredSites: () => sites, wholeSites: () => sites, caller: () => Promise.resolve(caller) };
    const address = await serveApi(t, own);
    const begin = async (site: string): Promise<number> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ site }) };
      return (await fetch(`${address}/api/v1/site/verification`, init)).status;
    };
    assert.deepEqual([await begin('home'), await begin('garage'), await begin('home')], [202, 409, 409]);
  });

  test('sees what would be deleted and why, and what is held; asking deletes nothing', async (t) => {
    const { home, as } = await bench(t);
    home.rename({ id: home.id, name: home.name, keeping: { ...usualKeeping, keepDays: 1 } });
    for (let n = 0; n < 2; n++) {
      const { sites } = (await (await as(['home'], 'site/retention')).json()) as SiteRetentions;
      assert.deepEqual(
        sites.map(({ site }) => site),
        ['home'],
      );
      const { settings, incidents, files, due, held, holds } = sites[0] ?? {};
      assert.deepEqual([settings?.keepDays, incidents, files, held], [1, 1, 1, 1]);
      assert.deepEqual([due?.[0]?.incidentId, due?.[0]?.what], ['old', 'incident']);
      assert.match(due?.[0]?.why ?? '', /older than 1 days/);
      assert.deepEqual([holds?.[0]?.incidentId, holds?.[0]?.by, holds?.[0]?.files], ['held', 'ann', 1]);
    }
  });

  test('needs the whole of it', async (t) => {
    const { as } = await bench(t);
    assert.equal((await as(['home/door'], 'site/verification', { site: 'home' })).status, 403);
    assert.equal((await as(['home/door'], 'site/verification', { site: 'garage' })).status, 404);
    for (const path of ['site/verification', 'site/retention']) {
      assert.deepEqual(await (await as(['home/door'], path)).json(), { sites: [] }, path);
    }
    assert.equal((await as(['home'], 'config')).status, 403);
    assert.deepEqual(await (await as(undefined, 'config')).json(), { nodes, total: 1 });
  });
});
