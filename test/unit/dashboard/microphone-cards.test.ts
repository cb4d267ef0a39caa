import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  earLook,
  levelShare,
  MicrophoneCards,
  rowsOf,
  type EarCard,
} from '../../../dashboard/incidents/now/microphone-cards.ts';
import type { Listener, MicrophoneSummary } from '../../../src/contracts/listening.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function listener(over: Partial<Listener> = {}): Listener {
  return {
    ...{ model: 'm', works: true, capturedAt: 100_000, silentMs: 200, dbfs: -40, peak: 0.1, top: [], triggered: [] },
    ...{ classes: [{ label: 'gunshot', score: 0.1, highest: 0.4, threshold: 0.7 }], suppressed: [], unheard: 0 },
    ...{ levels: [], since: 0 },
    ...over,
  };
}

function microphone(listeners: Listener[], over: Partial<MicrophoneSummary> = {}): MicrophoneSummary {
  return { site: 'home', siteName: 'Home', area: 'hall', source: 'mic', listeners, ...over };
}

const card = (one: Listener | undefined, over: Partial<MicrophoneSummary> = {}): EarCard => {
  return { id: 'home/mic', microphone: microphone([], over), listener: one };
};

describe('the card of a microphone', () => {
  const looks: [string, EarCard, string, string][] = [
    ['that listens', card(listener()), 'earListening', 'live'],
    ['in which a sound is heard', card(listener({ triggered: ['gunshot'] })), 'earHeard', 'alarm'],
    [
      'in which one was heard just now',
      card(listener({ last: { sounds: ['gunshot'], at: 95_000 } })),
      'earHeard',
      'alarm',
    ],
    [
      'in which one was heard before',
      card(listener({ last: { sounds: ['gunshot'], at: 80_000 } })),
      'earListening',
      'live',
    ],
    ['that is muted', card(listener({ mutedUntil: 101_000, triggered: [] })), 'earMuted', 'calm'],
    ['that is dead', card(listener({ levels: ['silence'] })), 'earQuiet', 'fault'],
    [
      'in which something counts against a sound',
      card(listener({ suppressed: [{ label: 'scream', by: 'Laughter' }] })),
      'earListening',
      'live',
    ],
    ['in much noise', card(listener({ levels: ['noise'] })), 'earNoise', 'fault'],
    ['that came no more', card(listener({ silentMs: 11_000 })), 'earSilent', 'old'],
    ['whose model does not work', card(listener({ works: false })), 'earDown', 'fault'],
    ['that nobody listens to', card(undefined), 'earUnheard', 'calm'],
    ['that is offline', card(listener(), { status: 'backing-off' }), 'cameraOffline', 'old'],
    ['that is paused', card(listener(), { status: 'paused' }), 'cameraPaused', 'old'],
  ];
  for (const [name, given, word, tone] of looks) {
    test(name, () => {
      const look = earLook(given);
      assert.deepEqual([look.word, look.tone], [word, tone]);
    });
  }

  test('names what was heard, and marks the class', () => {
    const heard = card(listener({ triggered: ['gunshot'] }));
    assert.deepEqual(earLook(heard).sounds, ['gunshot']);
    assert.deepEqual(
      rowsOf(heard).map(({ label, isOver }) => [label, isOver]),
      [['gunshot', true]],
    );
    assert.deepEqual(rowsOf(card(undefined)), []);
  });

  test('its level lies between nothing and full scale', () => {
    assert.deepEqual(
      [-200, -80, -40, 0, 3].map((dbfs) => levelShare({ dbfs })),
      [0, 0, 0.5, 1, 1],
    );
  });
});

describe('the cards of the microphones', () => {
  function page(microphones: MicrophoneSummary[]) {
    const world = { now: 0, inSight: true, fails: false, asked: 0, shown: [] as EarCard[] };
    const cards = new MicrophoneCards(
      {
        microphones: () => {
          world.asked += 1;
          return world.fails ? Promise.reject(new Error('gone')) : Promise.resolve({ microphones });
        },
        isInSight: () => world.inSight,
        now: () => world.now,
      },
      (shown) => {
        world.shown = shown;
      },
    );
    const run = async (seconds: number): Promise<void> => {
      for (let beat = 0; beat < seconds * 2; beat += 1) {
        cards.beat();
        await turn();
        world.now += 500;
      }
    };
    return { world, run };
  }

  test('are asked for once a second while there are any, seldom while there are none or the API fails', async () => {
    const some = page([microphone([listener()])]);
    await some.run(10);
    assert.equal(some.world.asked, 10);
    assert.equal(some.world.shown[0]?.id, 'home/mic');
    some.world.fails = true;
    await some.run(10);
    assert.equal(some.world.asked, 12);
    assert.equal(some.world.shown.length, 1, 'what was known stays');
    const none = page([]);
    await none.run(10);
    assert.equal(none.world.asked, 2);
  });

  test('are not asked for while nobody sees them', async () => {
    const { world, run } = page([microphone([listener()])]);
    world.inSight = false;
    await run(10);
    assert.equal(world.asked, 0);
  });

  test('show what works where several listen', async () => {
    const { world, run } = page([microphone([listener({ works: false, model: 'a' }), listener({ model: 'b' })])]);
    await run(1);
    assert.equal(world.shown[0]?.listener?.model, 'b');
  });
});
