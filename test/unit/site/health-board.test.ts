import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StreamStatus } from '../../../src/contracts/messages.ts';
import { HealthBoard } from '../../../src/site/health-board.ts';

function status(name: StreamStatus['status'], capturedAt: number, detail = ''): StreamStatus {
  const identity = { v: 1, kind: 'stream-status', site: 's', area: 'yard', source: 'gate' } as const;
  return { ...identity, capturedAt, status: name, detail, attempt: 0 };
}

describe('the health board', () => {
  test('says since when a source has its status', () => {
    const board = new HealthBoard();
    board.source('node', 'camera', status('connecting', 100));
    board.source('node', 'camera', status('connected', 200));
    board.source('node', 'camera', status('connected', 300, '5.0 frames/s'));
    assert.deepEqual(board.sources, [
      { source: 'gate', area: 'yard', type: 'camera', status: 'connected', detail: '5.0 frames/s', since: 200 },
    ]);
    board.forgetSource('node');
    assert.deepEqual(board.sources, []);
  });

  test('two nodes on one camera do not forget for each other', () => {
    const board = new HealthBoard();
    board.source('one', 'camera', status('connected', 100));
    board.source('two', 'camera', status('connected', 200));
    board.forgetSource('one');
    assert.equal(board.sources.length, 1);
  });

  test('remembers the backend of a model that is down, and forgets one that nobody uses', () => {
    const board = new HealthBoard();
    board.model('m', 'onnxruntime-node');
    board.model('m', undefined);
    assert.deepEqual(board.models, [{ model: 'm', backend: 'onnxruntime-node', ok: false }]);
    board.forgetModel('m');
    assert.deepEqual(board.models, []);
  });
});
