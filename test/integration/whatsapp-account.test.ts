import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { checkedAccount, type WhatsAppAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import type { SentinelError } from '../../src/contracts/errors.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { acquireAlerts, type AlertsLease } from '../../src/site/account-alerts.ts';
import { incident } from '../unit/alerting/incident.ts';
import { outboxRow } from '../unit/database/rows.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { account, media, phoneNumberId, policy, token, until } from './alert-desk.ts';
import { FastClock } from './fast-clock.ts';

/** What acquireAlerts needs of a Site, on a real database. */
class House {
  readonly file: string;
  readonly newId = randomUUID;
  readonly phoneMedia = media;
  readonly tools = {
    clock: new FastClock(20),
    random: () => 0,
    log: new RecordingLog(),
    metrics: { count: () => undefined, observe: () => undefined },
  };
  #database: Promise<Database> | undefined;

  constructor(folder: string) {
    this.file = join(folder, 'sentinel.db');
  }

  async database(): Promise<Database> {
    const opening = (this.#database ??= openDatabase(this.file, this.tools));
    opening.catch(() => (this.#database = undefined));
    return await opening;
  }

  async close(): Promise<void> {
    const open = await this.#database;
    this.#database = undefined;
    await open?.close();
  }
}

/** A whatsapp-out node with all that it is told. */
class FakeNode {
  readonly node: string;
  readonly deliveries: Delivery[] = [];
  readonly states: (SentinelError | 'up')[] = [];
  readonly health: string[] = [];

  constructor(node: string) {
    this.node = node;
  }

  delivered(delivery: Delivery): void {
    this.deliveries.push(delivery);
  }

  down(error: SentinelError): void {
    this.states.push(error);
  }

  up(): void {
    this.states.push('up');
  }

  unwell(error: SentinelError): void {
    this.health.push(error.name);
  }

  well(): void {
    this.health.push('well');
  }

  statuses(): string[] {
    return this.deliveries.map(({ status }) => status);
  }
}

interface Scene {
  house: House;
  sandbox: Sandbox;
  use: (node: FakeNode, changes?: Partial<WhatsAppAccount>) => AlertsLease;
  alert: (lease: AlertsLease, node: FakeNode, id: string) => Promise<boolean>;
}

async function scene(t: TestContext): Promise<Scene> {
  const house = new House(temporaryFolder(t));
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 5 });
  const leases: AlertsLease[] = [];
  t.after(async () => {
    for (const lease of leases) await lease.release();
    await house.close();
    await sandbox.close();
  });
  const base = { ...account, recipients: ['+49 170 1234567'], baseUrl: sandbox.url };
  return {
    house,
    sandbox,
    use: (node, changes = {}) => {
      const lease = acquireAlerts(house, checkedAccount({ ...base, ...changes }), node);
      leases.push(lease);
      return lease;
    },
    alert: async (lease, { node }, id) =>
      (await lease.alert(incident({ id, reason: id }), undefined, { ...policy, node })).send,
  };
}

describe('an account that several nodes send through', () => {
  test('each node hears of its own alerts', async (t) => {
    const { use, alert } = await scene(t);
    const [one, other] = [new FakeNode('one'), new FakeNode('other')];
    const [ofOne, ofOther] = [use(one), use(other)];
    await alert(ofOne, one, 'a');
    await alert(ofOther, other, 'a');
    await until(() => one.deliveries.length === 2 && other.deliveries.length === 2);
    assert.deepEqual(
      [one.statuses(), other.statuses()],
      [
        ['queued', 'accepted'],
        ['queued', 'accepted'],
      ],
    );
    assert.deepEqual([one.states, other.states], [[], []]);
  });

  test('all of them count for the limit to one person', async (t) => {
    const { use, alert, sandbox, house } = await scene(t);
    const { query } = await house.database();
    const now = house.tools.clock.now();
    const burst = Array.from({ length: 45 }, (_, index) =>
      outboxRow({
        ...{ id: `${index}`, incident_id: `${index}`, account: account.id, node: 'one', recipient: '491701234567' },
        ...{ state: 'accepted', accepted_at: now, created_at: now, reason: `${index}` },
      }),
    );
    await query.insertInto('outbox').values(burst).execute();
    const other = new FakeNode('other');
    await alert(use(other), other, 'a');
    await until(() => sandbox.messages.length === 1);
    assert.ok(house.tools.clock.now() - now >= 6000);
  });

  test('the alerts of a deleted node are sent by the others, at once', async (t) => {
    const { use, alert, sandbox } = await scene(t);
    const [gone, stays] = [new FakeNode('gone'), new FakeNode('stays')];
    const [ofGone] = [use(gone), use(stays)];
    sandbox.fail({ status: 503 });
    await alert(ofGone, gone, 'a');
    await ofGone.release();
    await ofGone.release();
    await until(() => stays.deliveries.length > 0);
    assert.deepEqual(stays.statuses(), ['accepted']);
  });

  test('the alerts of a node that was made anew, and of an earlier process, are sent and told', async (t) => {
    const { use, alert, sandbox } = await scene(t);
    const before = new FakeNode('before');
    const first = use(before);
    sandbox.fail({ status: 503 });
    await alert(first, before, 'a');
    await until(() => before.statuses().includes('queued'));
    await first.release();
    assert.equal(sandbox.messages.length, 0);

    const anew = new FakeNode('anew');
    use(anew);
    await until(() => sandbox.messages.length === 1);
    await until(() => anew.statuses().includes('accepted'));
  });

  test('a sender begins only when the one before it has ended', async (t) => {
    const { use, alert, sandbox } = await scene(t);
    const one = new FakeNode('one');
    const first = use(one);
    sandbox.fail({ answer: 'none', arrived: true });
    await alert(first, one, 'a');
    await until(() => sandbox.messages.length === 1);
    const ended = first.release();
    const second = use(one);
    await ended;
    assert.equal(sandbox.messages.length, 1, 'the request under way was not sent a second time beside it');
    assert.equal(await alert(second, one, 'a'), false, 'it sees what the first one wrote');
    await until(() => one.statuses().includes('accepted'));
  });

  test('a database that cannot be opened is said once and tried again; alerts are sent from memory, and what waits is then sent', async (t) => {
    const { use, alert, sandbox, house } = await scene(t);
    const [one, other] = [new FakeNode('one'), new FakeNode('other')];
    const before = use(one, { baseUrl: 'http://127.0.0.1:9' });
    await alert(before, one, 'a');
    await before.release();
    await house.close();
    renameSync(house.file, `${house.file}.away`);
    mkdirSync(house.file);

    const lease = use(one);
    await until(() => one.states.length === 1);
    use(other);
    assert.equal(await alert(lease, one, 'b'), true);
    assert.equal(await alert(lease, one, 'b'), false, 'known from memory');
    await until(() => sandbox.messages.length === 1);
    assert.ok(sandbox.messages[0]?.text.includes('(b)'));
    for (const { states } of [one, other]) {
      assert.deepEqual(
        states.map((state) => state !== 'up' && state.name),
        ['ES_DATABASE'],
        'once, however often it is tried',
      );
    }

    rmdirSync(house.file);
    renameSync(`${house.file}.away`, house.file);
    await until(() => sandbox.messages.length === 2);
    assert.deepEqual([one.states.at(-1), other.states.at(-1)], ['up', 'up']);
    assert.ok(sandbox.messages[1]?.text.includes('(a)'));
    const { query } = await house.database();
    const rows = await query.selectFrom('outbox').select(['incident_id', 'state']).orderBy('incident_id').execute();
    assert.deepEqual(rows[1], { incident_id: 'b', state: 'accepted' }, 'written down afterwards');
  });

  test('while nothing can be opened, closing ends the tries', async (t) => {
    const { use, house } = await scene(t);
    mkdirSync(house.file);
    const one = new FakeNode('one');
    const lease = use(one);
    await until(() => one.states.length === 1);
    await lease.release();
    rmdirSync(house.file);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(one.states.length, 1);
  });

  test('whose token has expired is told of before anything is to be sent, to each of its nodes', async (t) => {
    const { use, sandbox } = await scene(t);
    const [one, late] = [new FakeNode('one'), new FakeNode('late')];
    const lease = use(one, { accessToken: 'EAAcanaryexpired' });
    await until(() => one.health.length === 1);
    assert.deepEqual([one.health, one.deliveries], [['ES_CHANNEL_SETUP'], []]);
    use(late, { accessToken: 'EAAcanaryexpired' });
    assert.deepEqual(late.health, ['ES_CHANNEL_SETUP']);
    assert.deepEqual(sandbox.messages, []);
    await lease.release();
  });
});
