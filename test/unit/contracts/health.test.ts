import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isWell, type SiteHealth } from '../../../src/contracts/health.ts';

const source = { source: 'gate', area: 'yard', type: 'camera', status: 'connected', detail: '', since: 0 } as const;
const model = { model: 'm', backend: 'b', ok: true };
const account = { account: 'a', channel: 'whatsapp', status: 'warning', detail: '' } as const;
const well: SiteHealth = {
  ...{ site: 'home', name: 'Home', sources: [source], models: [model], accounts: [account] },
  ...{ outbox: { queued: 3, failed: 1 }, database: 'ok', storage: 'ok' },
};

describe('a site is well', () => {
  const sites: [what: string, changed: Partial<SiteHealth>, expected: boolean][] = [
    ['that works, whatever waits and whoever is warned', {}, true],
    ['of which nobody has asked anything yet', { sources: [], models: [], database: 'unused' }, true],
    ['whose camera is switched off', { sources: [{ ...source, status: 'stopped' }] }, true],
    ['not whose camera is away', { sources: [source, { ...source, status: 'backing-off' }] }, false],
    ['not whose model does not run', { models: [{ ...model, ok: false }] }, false],
    ['not whose account sends nothing', { accounts: [account, { ...account, status: 'down' }] }, false],
    ['not without its database', { database: 'down' }, false],
    ['not without room for evidence', { storage: 'full' }, false],
  ];
  for (const [what, changed, expected] of sites) {
    test(what, () => {
      assert.equal(isWell({ ...well, ...changed }), expected);
    });
  }
});
