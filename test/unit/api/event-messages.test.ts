import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scopedMessage } from '../../../src/api/live/scoped-message.ts';
import { EventMessages } from '../../../src/api/older/event-messages.ts';
import type { IncidentSummary, LiveMessage } from '../../../src/contracts/api.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { EventMessage } from '../../../src/contracts/older-clients.ts';
import { summary } from './api-host.ts';

const clip = { id: 'c'.repeat(32), type: 'clip', source: 'front', mime: 'video/mp4', bytes: 1, capturedAt: 1 } as const;
const incident = (seq: number, more: Partial<IncidentSummary> = {}): LiveMessage => ({
  ...{ type: 'incident', seq },
  incident: { ...summary('one'), ...more },
});
const stream: LiveMessage = {
  ...{ type: 'stream', seq: 9 },
  stream: {
    site: 'home',
    siteName: 'Home',
    source: 'front',
    area: 'shop',
    kind: 'camera',
    status: 'stalled',
    detail: '',
    at: 5000,
  },
};

describe('the messages of ViolenceSense', () => {
  test('tell the begin once, scores while it goes on, the end once, and once more when its clip comes', () => {
    const events = new EventMessages();
    const told = (message: LiveMessage): string[] =>
      events.of(message).map((one) => {
        assertMatches(EventMessage, one, 'message');
        return one.type === 'event_end' ? `${one.type} ${one.clip_path ?? 'without'}` : one.type;
      });
    assert.deepEqual(told(incident(1)), ['event_start', 'inference_result']);
    assert.deepEqual(told(incident(2)), ['inference_result']);
    assert.deepEqual(told(incident(3, { endedAt: 2000 })), ['event_end without']);
    assert.deepEqual(told(incident(4, { endedAt: 2000, review: { state: 'confirmed' } })), []);
    const path = `/api/v1/clips/${clip.id}.mp4`;
    assert.deepEqual(told(incident(5, { endedAt: 2000, evidence: [clip] })), [`event_end ${path}`]);
    assert.deepEqual(told(incident(6, { endedAt: 2000, evidence: [clip] })), []);
    assert.deepEqual(told(incident(7, { id: 'two', endedAt: 2000, evidence: [clip] })), [
      'event_start',
      `event_end ${path}`,
    ]);
  });

  test('carry time, camera and number', () => {
    const [status] = new EventMessages().of(stream);
    assert.deepEqual(status, {
      ...{
        type: 'stream_status',
        seq: 9,
        time: '1970-01-01T00:00:05.000Z',
        stream_id: 'front',
        site: 'home',
        status: 'stalled',
      },
    });
    const [begin] = new EventMessages().of(incident(3));
    assert.deepEqual([begin?.seq, begin?.time, begin?.stream_id], [3, '1970-01-01T00:00:01.000Z', 'front']);
  });

  test('of a camera reach nobody who may not see it', () => {
    const text = JSON.stringify(stream);
    assert.equal(scopedMessage({ sources: ['home/front'] }, text), text);
    assert.equal(scopedMessage({ sources: ['home/gate', 'other'] }, text), undefined);
  });
});
