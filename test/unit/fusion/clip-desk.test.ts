import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Incident } from '../../../src/contracts/messages.ts';
import type { ClipSource } from '../../../src/contracts/ports.ts';
import { ClipDesk } from '../../../src/fusion/clip-desk.ts';
import { RecordingLog } from '../recording-log.ts';

const startedAt = 1_700_000_000_000;

function incident(phase: Incident['phase'], afterMs: number, change: Partial<Incident> = {}): Incident {
  return {
    ...{ v: 1, kind: 'incident', site: 'home', area: 'hall', source: 'mic', capturedAt: startedAt + afterMs, id: 'i1' },
    ...{ phase, severity: 2, label: 'Glass', reason: 'glass_break', confidence: 1, sources: ['mic'], signals: [] },
    ...{ startedAt, updatedAt: startedAt + afterMs, explanation: [], ...change },
  };
}

/** A desk over cameras that keep everything, what it asked for and what it delivered. */
function bench(
  cameras: string[],
  clip: ClipSource['clip'] = (_camera, { from, to }) => Promise.resolve({ bytes: Buffer.from('mp4'), from, to }),
) {
  const asked: string[] = [];
  const delivered: { source: string; phase: string; capturedAt: number; clip: string }[] = [];
  const log = new RecordingLog();
  const source: ClipSource = {
    camerasOf: (area) => (area === 'hall' ? cameras : []),
    clip(camera, span) {
      asked.push(`${camera} ${span.from - startedAt}..${span.to - startedAt}`);
      return clip(camera, span);
    },
    snapshot: () => Promise.resolve(undefined),
    audio: () => Promise.resolve(undefined),
  };
  const desk = new ClipDesk(source, log, ({ source: camera, phase, capturedAt }, bytes) => {
    delivered.push({ source: camera, phase, capturedAt, clip: bytes.toString() });
  });
  return { desk, asked, delivered, log };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the clips of incidents', () => {
  test('show five seconds before the start and ten after it, of the cameras that took part', async () => {
    const { desk, asked, delivered } = bench(['door', 'window']);
    desk.accept(incident('start', 0));
    desk.accept(incident('evidence', 5000, { sources: ['mic', 'window'] }));
    await settled();
    assert.deepEqual(asked, ['window -5000..10000']);
    assert.deepEqual(delivered, [{ source: 'window', phase: 'evidence', capturedAt: startedAt - 5000, clip: 'mp4' }]);
  });

  test('are of the cameras of the area where only sounds took part, and of none elsewhere', async () => {
    const { desk, asked } = bench(['a', 'b', 'c', 'd']);
    desk.accept(incident('evidence', 5000));
    desk.accept(incident('evidence', 5000, { id: 'i2', area: 'yard' }));
    await settled();
    assert.deepEqual(
      asked.map((line) => line.split(' ')[0]),
      ['a', 'b', 'c'],
    );
  });

  test('show nothing twice when an incident rises, and what was before when a camera went away', async () => {
    const { desk, asked } = bench(['door']);
    desk.accept(incident('evidence', 5000));
    desk.accept(incident('evidence', 12_000));
    desk.accept(incident('evidence', 90_000));
    desk.accept(incident('end', 120_000));
    desk.accept(incident('evidence', 65_000, { id: 'away' }));
    await settled();
    assert.deepEqual(asked, ['door -5000..10000', 'door 10000..17000', 'door 65000..95000', 'door -5000..25000']);
  });

  test('that fail cost nothing but a line, and none comes after the end of the flow', async () => {
    const failing = bench(['door'], () => Promise.reject(new Error('no room')));
    failing.desk.accept(incident('evidence', 5000));
    await settled();
    assert.match(failing.log.lines.join(), /Incident i1 has no clip of door: no room/);
    const { desk, delivered } = bench(['door']);
    desk.accept(incident('evidence', 5000));
    desk.close();
    desk.accept(incident('evidence', 6000));
    await settled();
    assert.deepEqual(delivered, []);
  });

  test('are waited for within a bound', async () => {
    const { desk, asked, log } = bench(['door'], () => new Promise(() => undefined));
    for (let n = 0; n < 20; n += 1) desk.accept(incident('evidence', 5000, { id: `i${n}` }));
    await settled();
    assert.equal(asked.length, 16);
    assert.equal(log.lines.length, 4);
  });
});
