import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryOutbox } from '../../../src/alerting/memory-outbox.ts';
import type { OutboxRow } from '../../../src/database/tables.ts';
import { outboxRow } from '../database/rows.ts';

const at = 1_700_000_000_000;

function row(id: string, fields: Parameters<typeof outboxRow>[0] = {}): OutboxRow {
  const turn = { start_at: null, unless: null, incident_json: null, form: null, language: null, hold: null };
  const empty = { ...turn, depends_on: null, media: null, media_id: null, provider_id: null, error_json: null };
  const times = { created_at: at, next_at: at, late_at: null, deadline: at + 1000, accepted_at: null, receipt: null };
  return { ...empty, ...times, ...outboxRow({ id, alert_id: id, ...times, ...fields }) };
}

describe('outbox in memory', () => {
  test('severity 3 goes first, then the oldest; a reply when its text is accepted', async () => {
    const outbox = new MemoryOutbox();
    await outbox.add([row('low', { severity: 1, created_at: at - 9 }), row('text', { severity: 3 })], at);
    const reply = { part: 'image', depends_on: 'text', next_at: at + 1000, media: Buffer.from('picture') };
    await outbox.add([row('image', { ...reply, alert_id: 'text' })], at);
    const [first, second] = await outbox.due('text', at, 5);
    assert.deepEqual([first?.id, second?.id], ['text', 'low']);
    assert.deepEqual(await outbox.due('image', at, 5), []);
    assert.ok(first);
    await outbox.claim(first, at);
    await outbox.accept('text', 'wamid', at, 500);
    assert.deepEqual(
      (await outbox.due('image', at, 5)).map(({ id, deadline }) => [id, deadline]),
      [['image', at + 500]],
    );
    assert.equal(await outbox.providerId('text'), 'wamid');
    assert.deepEqual(await outbox.sentTo(first.recipient, at), [at]);
    assert.deepEqual(await outbox.media('image'), new Uint8Array(Buffer.from('picture')));
  });

  test('a text that tells of several incidents knows which', async () => {
    const outbox = new MemoryOutbox();
    const texts = ['a', 'b', 'c'].map((id) => row(id, { incident_id: `of ${id}` }));
    await outbox.add(texts, at);
    await outbox.turns.gather('a', 'three incidents', ['b', 'c'], at);
    assert.deepEqual(await outbox.turns.toldIn('a'), ['of b', 'of c']);
    assert.deepEqual(await outbox.turns.toldIn('b'), []);
  });

  test('of more than 100 alerts the least severe, then the oldest, gives way and is told', async () => {
    const outbox = new MemoryOutbox();
    await outbox.add([row('alarm', { severity: 3, created_at: at - 99 })], at);
    for (let index = 0; index < 101; index += 1) {
      await outbox.add([row(`${index}`, { severity: 1, created_at: at + index })], at);
    }
    const gone = await outbox.expire(at + 200);
    assert.deepEqual(
      gone.map(({ id }) => id),
      ['0', '1'],
    );
    assert.match(gone[0]?.error_json ?? '', /gave way/);
    assert.equal((await outbox.due('text', at + 200, 200)).length, 100);
  });
});
