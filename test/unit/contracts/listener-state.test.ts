import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenerState } from '../../../src/contracts/listener-state.ts';
import type { Listener } from '../../../src/contracts/listening.ts';

const calm: Listener = {
  ...{ model: 'm', works: true, capturedAt: 100_000, silentMs: 10_000, dbfs: -40, peak: 0.1, top: [], classes: [] },
  ...{ triggered: [], last: { sounds: ['gunshot'], at: 92_000 }, unheard: 1, since: 0, suppressed: [], levels: [] },
};

test('of all that is to be said of a microphone the most urgent is said', () => {
  const steps: [Partial<Listener>, string][] = [
    [{}, 'listening live'],
    [{ suppressed: [{ label: 'glass_break', by: 'Dishes, pots, and pans' }] }, 'suppressed live glass_break'],
    [{ levels: ['noise'] }, 'noise fault'],
    [{ levels: ['noise', 'silence'] }, 'silence fault'],
    [{ last: { sounds: ['gunshot'], at: 92_001 } }, 'just alarm gunshot'],
    [{ triggered: ['scream'] }, 'heard alarm scream'],
    [{ mutedUntil: 101_000 }, 'muted calm'],
    [{ silentMs: 10_001 }, 'silent old'],
    [{ works: false }, 'down fault'],
  ];
  let listener = calm;
  for (const [change, expected] of steps) {
    listener = { ...listener, ...change };
    const { word, tone, sounds } = listenerState(listener);
    assert.equal([word, tone, ...sounds].join(' '), expected);
  }
});
