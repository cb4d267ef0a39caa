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
    board.source(status('connecting', 100));
    board.source(status('connected', 200));
    board.source(status('connected', 300, '5.0 frames/s'));
    assert.deepEqual(board.sources, [
      { source: 'gate', area: 'yard', status: 'connected', detail: '5.0 frames/s', since: 200 },
    ]);
    board.forgetSource('gate');
    assert.deepEqual(board.sources, []);
  });

  test('tells a change of a model once', () => {
    const board = new HealthBoard();
    assert.equal(board.model('m', undefined), true);
    assert.equal(board.model('m', undefined), false);
    assert.equal(board.model('m', 'onnxruntime-node'), true);
    assert.equal(board.model('m', 'onnxruntime-node'), false);
    assert.equal(board.model('m', undefined), true);
    assert.deepEqual(board.models, [{ model: 'm', backend: 'onnxruntime-node', ok: false }]);
  });
});
