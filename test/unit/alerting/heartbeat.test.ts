import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { heartbeatOf, heartbeatTemplate } from '../../../src/alerting/heartbeat.ts';
import { renderAlert } from '../../../src/alerting/text-template.ts';
import { assertKind } from '../../../src/contracts/guards.ts';
import type { SiteHealth, SourceHealth } from '../../../src/contracts/health.ts';

const now = Date.parse('2026-11-22T07:00:00Z');
const source = (name: string, status: SourceHealth['status']): SourceHealth => ({
  ...{ source: name, area: 'yard', type: 'camera', status, detail: '', since: 0 },
});
const health: SiteHealth = {
  ...{ site: 'home', name: 'Home', outbox: { queued: 0, failed: 0 }, database: 'ok' },
  sources: [source('gate', 'connected'), source('door', 'connected')],
  models: [{ model: 'nanodet', backend: 'onnxruntime-node', ok: true }],
};

function text(of: SiteHealth, language: 'en' | 'de'): string {
  const incident = heartbeatOf(of, { day: '2026-11-22', now, language });
  assertKind(incident, 'incident');
  return renderAlert(heartbeatTemplate, incident, { siteName: 'Home', timeZone: 'Europe/Berlin' }, 4000);
}

describe('the sign of life', () => {
  test('says that all is well, in the language of the node', () => {
    assert.equal(
      text(health, 'en'),
      'Home, 08:00: everything works\nCameras and microphones: 2 of 2 work\nModels: 1 of 1 work',
    );
    assert.equal(
      text(health, 'de'),
      'Home, 08:00: alles geht\nKameras und Mikrofone: 2 von 2 gehen\nModelle: 1 von 1 gehen',
    );
  });

  test('names what is not', () => {
    const ill: SiteHealth = {
      ...health,
      sources: [source('gate', 'unauthorised'), source('door', 'connected')],
      models: [{ model: 'nanodet', backend: '', ok: false }],
      accounts: [{ account: 'a', channel: 'sms', status: 'down', detail: 'The token is wrong.' }],
      ...{ outbox: { queued: 2, failed: 3 }, database: 'down', storage: 'full' },
    };
    assert.deepEqual(text(ill, 'en').split('\n'), [
      'Home, 08:00: something does not work',
      'Cameras and microphones: 1 of 2 work (not: gate)',
      'Models: 0 of 1 work (not: nanodet)',
      'Messages that wait: 2',
      'Account for sms: The token is wrong.',
      'Messages that could not be sent: 3',
      'The database does not work: nothing is kept.',
      'The disk is full: no evidence is kept.',
    ]);
  });

  test('of a site without eyes and ears is no good news, and of one day there is one', () => {
    assert.match(text({ ...health, sources: [] }, 'en'), /something does not work\nThere is no camera/);
    const { id } = heartbeatOf(health, { day: '2026-11-22', now, language: 'en' });
    assert.equal(id, 'heartbeat 2026-11-22');
  });
});
