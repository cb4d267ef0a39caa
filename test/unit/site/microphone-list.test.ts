import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Listening } from '../../../src/audio/listening.ts';
import type { AudioScores, StreamStatusName } from '../../../src/contracts/messages.ts';
import { HealthBoard } from '../../../src/site/health-board.ts';
import { ListeningBoard } from '../../../src/site/listening-board.ts';
import { forgetListening, listeningNow, microphonesOf, resetListening } from '../../../src/site/microphone-list.ts';
import { usualDecision } from '../audio/new-analysis.ts';
import { ManualClock } from '../manual-clock.ts';

const judge = { model: 'm', table: '', decision: usualDecision, trained: true };

/** A Site with microphones and nodes that listen. */
class House {
  readonly id: string;
  readonly name: string;
  readonly clock = new ManualClock();
  readonly health = new HealthBoard();
  readonly sound = { listening: new ListeningBoard() };

  constructor(id = 'home') {
    this.id = id;
    this.name = `Site ${id}`;
  }

  node(id: string): Listening {
    const listening = new Listening({ model: `model of ${id}`, clock: this.clock });
    const forget = (source: { site: string; source: string }): void => {
      listening.forget(source);
    };
    this.sound.listening.add(id, { listening, judge, forget });
    return listening;
  }

  stream(type: 'camera' | 'microphone', source: string, status: StreamStatusName = 'connected'): void {
    const payload = { v: 1, kind: 'stream-status', site: this.id, area: 'hall', source } as const;
    this.health.source(source, type, { ...payload, capturedAt: 1, status, detail: `is ${status}`, attempt: 0 });
  }

  hear(listening: Listening, source: string, gunshot: number, more: Partial<AudioScores> = {}): AudioScores {
    this.clock.advance(480);
    const scores: AudioScores = {
      ...{ v: 1, kind: 'audio-scores', site: this.id, area: 'hall', source, capturedAt: this.clock.now() },
      ...{ scores: { gunshot }, thresholds: { gunshot: 0.7 }, top: [{ label: 'Bang', score: 0.3 }], triggered: [] },
      ...{ dbfs: -30, peak: 0.1, record: false, model: 'm', backend: 'b' },
      timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 },
      ...more,
    };
    return listening.hear(scores, { levels: [], unheard: 0 });
  }
}

const query = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields);

describe('what microphones hear', () => {
  test('the highest score of each class stands in every message, of each source by itself, until it is set back', () => {
    const house = new House();
    const node = house.node('n1');
    house.hear(node, 'mic', 0.5);
    house.hear(node, 'yard', 0.9);
    assert.deepEqual(house.hear(node, 'mic', 0.2).highest, { gunshot: 0.5 });
    const shown = listeningNow(query({ id: 'n1' }), [house]).nodes[0]?.sources ?? [];
    assert.deepEqual(
      shown.map(({ source, classes }) => [source, classes]),
      [
        ['mic', [{ label: 'gunshot', threshold: 0.7, score: 0.2, highest: 0.5 }]],
        ['yard', [{ label: 'gunshot', threshold: 0.7, score: 0.9, highest: 0.9 }]],
      ],
    );
    assert.deepEqual(resetListening(query({ id: 'n1', source: 'mic' }), [house]), { reset: true });
    const highest = () =>
      (listeningNow(query({}), [house]).nodes[0]?.sources ?? []).map(({ classes }) => classes[0]?.highest);
    assert.deepEqual(highest(), [0, 0.9]);
    resetListening(query({ id: 'n1' }), [house]);
    assert.deepEqual(highest(), [0, 0]);
    assert.deepEqual(resetListening(query({ id: 'gone' }), [house]), { reset: false });
  });

  test('what was heard last stays to be told, and what is old says so', () => {
    const house = new House();
    const node = house.node('n1');
    house.hear(node, 'mic', 0.9, { triggered: ['gunshot'] });
    const at = house.clock.now();
    house.hear(node, 'mic', 0.1);
    house.clock.advance(20_000);
    const [source] = listeningNow(query({}), [house]).nodes[0]?.sources ?? [];
    assert.deepEqual(source?.last, { sounds: ['gunshot'], at });
    assert.equal(source.silentMs, 20_000);
  });

  test('a house has its microphones, offline or not, and the cameras whose sound is listened to', () => {
    const house = new House();
    const other = new House('cabin');
    house.stream('microphone', 'mic', 'backing-off');
    house.stream('camera', 'door');
    house.stream('camera', 'silent');
    other.stream('microphone', 'mic');
    house.hear(house.node('n1'), 'door', 0.1);
    house.hear(house.node('n2'), 'own', 0.1);
    const list = microphonesOf([house, other]);
    assert.deepEqual(
      list.map(({ site, source, status, listeners }) => [site, source, status, listeners.length]),
      [
        ['cabin', 'mic', 'connected', 0],
        ['home', 'door', 'connected', 1],
        ['home', 'mic', 'backing-off', 0],
        ['home', 'own', undefined, 1],
      ],
    );
    assert.equal(list[1]?.siteName, 'Site home');
  });

  test('a source that is gone is shown to nobody; a node that is gone neither', () => {
    const house = new House();
    const node = house.node('n1');
    house.hear(node, 'mic', 0.1);
    forgetListening({ site: 'other', source: 'mic' }, [house]);
    assert.equal(microphonesOf([house]).length, 1);
    forgetListening({ site: 'home', source: 'mic' }, [house]);
    assert.equal(microphonesOf([house]).length, 0);
    const leave = house.sound.listening.add('n2', { listening: node, judge, forget: () => undefined });
    house.hear(node, 'mic', 0.1);
    leave();
    assert.deepEqual(listeningNow(query({ id: 'n2' }), [house]).nodes, []);
  });

  test('a node that cannot recognise anything says why', () => {
    const house = new House();
    const node = house.node('n1');
    house.hear(node, 'mic', 0.1);
    node.fault = 'the model is gone';
    const [shown] = listeningNow(query({}), [house]).nodes;
    assert.deepEqual([shown?.fault, shown?.sources[0]?.works], ['the model is gone', false]);
  });

  test('any number of sources fills no memory', () => {
    const house = new House();
    const node = house.node('n1');
    for (let index = 0; index < 300; index += 1) house.hear(node, `mic${index}`, 0.1);
    assert.ok(microphonesOf([house]).length <= 64);
  });
});
