import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { paneSound, recognisedPane } from '../../scripts/demo/pane-sound.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import type { ListeningAnswer, MicrophoneList } from '../../src/contracts/listening.ts';
import type { AudioScores, Cue, Incident } from '../../src/contracts/messages.ts';
import { levelOf } from '../../src/pcm/level.ts';
import { soundWindow } from '../../src/pcm/sound-window.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';

const silence = new Float32Array(soundWindow.samples);
const hopMs = (soundWindow.hop / soundWindow.sampleRate) * 1000;
const rules = [
  ...defaultRules,
  { id: 'silence', enabled: true, severity: 1, all: [{ kind: 'cue', label: 'silence' }], label: 'Dead microphone' },
];

const flow: FlowNode[] = [
  { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' },
  { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['unpack']] },
  {
    ...{ id: 'unpack', type: 'function', outputs: 2, wires: [['listen'], ['reply']] },
    func: `const messages = msg.payload.map(({ samples, ...payload }) => ({
      payload, samples: samples && new Float32Array(samples === 'silence' ? 15600 : samples),
    }));
    return [messages, msg];`,
  },
  { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
  { id: 'listen', type: 'audio-classify', site: 'site', wires: [['probe-heard', 'fuse']] },
  { id: 'fuse', type: 'fuse-severity', site: 'site', rules, wires: [['probe-told']] },
];

/** What is decided about windows, in a real Node-RED; the time is that of the windows. */
describe('sounds that begin, last and end', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  before(async () => {
    host = await NodeRedHost.start();
    await host.deploy([...flow, probe('heard'), probe('told'), ...catchAll()]);
  });
  after(() => host.stop());

  /** The window that holds the whole pane, and the one half a window later. */
  const pane = paneSound(recognisedPane);
  function windowFrom(offset: number): Float32Array {
    const samples = new Float32Array(soundWindow.samples);
    samples.set(pane.slice(offset, offset + soundWindow.samples).map((sample) => sample * 0.5));
    return samples;
  }

  function payloadOf(samples: Float32Array, where: { source: string; capturedAt: number }): object {
    const { sampleRate, hop } = soundWindow;
    return {
      ...{ v: 1, kind: 'audio-window', site: 'test', area: 'hall', seq: 0, sampleRate, hop, record: false },
      ...levelOf(samples),
      ...where,
      samples: samples === silence ? 'silence' : [...samples],
    };
  }

  async function send(...payloads: object[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${host.url}/in`, { method: 'POST', headers, body: JSON.stringify(payloads) });
    assert.equal(response.status, 202);
  }

  async function heard(source: string, capturedAt: number): Promise<AudioScores> {
    const message = await host.waitFor('heard', ({ payload }) => {
      const scores = payload as AudioScores | Cue;
      return scores.kind === 'audio-scores' && scores.source === source && scores.capturedAt === capturedAt;
    });
    return message.payload as AudioScores;
  }

  async function ask(name: string, query: Record<string, string>): Promise<unknown> {
    const address = `${host.url}/echosight/audio-classify/${name}?${new URLSearchParams(query).toString()}`;
    const response = await fetch(address, { headers: { 'x-requested-with': 'XMLHttpRequest' } });
    assert.equal(response.status, 200);
    return await response.json();
  }

  test('a pane is one sound of several windows and one incident; what is heard is shown, and begun anew', async () => {
    const begun = Date.now() - 60_000;
    const at = (window: number): number => begun + window * hopMs;
    await send(payloadOf(windowFrom(0), { source: 'mic', capturedAt: at(0) }));
    const first = await heard('mic', at(0));
    assert.deepEqual(first.triggered, ['glass_break'], JSON.stringify(first.scores));
    assert.equal(first.sounds?.[0]?.started, true);
    await send(payloadOf(windowFrom(0), { source: 'mic', capturedAt: at(1) }));
    const second = await heard('mic', at(1));
    assert.deepEqual(
      second.sounds?.map(({ label, started, since }) => ({ label, started, since })),
      [{ label: 'glass_break', started: false, since: at(0) }],
    );
    await send(payloadOf(silence, { source: 'mic', capturedAt: at(2) }));
    assert.deepEqual((await heard('mic', at(2))).triggered, []);
    const told = await host.waitFor('told', ({ payload }) => (payload as Incident).phase === 'start');
    assert.equal((told.payload as Incident).reason, 'glass_break');
    assert.equal(host.messages('told').filter(({ payload }) => (payload as Incident).phase === 'start').length, 1);

    const shown = (await ask('listening', { id: 'listen' })) as ListeningAnswer;
    const glass = shown.nodes[0]?.sources[0]?.classes.find(({ label }) => label === 'glass_break');
    assert.ok((glass?.highest ?? 0) >= 0.8 && (glass?.score ?? 1) < 0.6, JSON.stringify(shown));
    assert.deepEqual(await ask('listening-reset', { id: 'listen', source: 'mic' }), { reset: true });
    const { microphones } = (await (await fetch(`${host.url}/echosight/api/v1/microphones`)).json()) as MicrophoneList;
    const [microphone] = microphones;
    assert.deepEqual([microphone?.source, microphone?.area, microphone?.listeners.length], ['mic', 'hall', 1]);
    assert.equal(microphone?.listeners[0]?.classes.find(({ label }) => label === 'glass_break')?.highest, 0);
    assert.doesNotMatch(JSON.stringify(microphones), /samples/);
  });

  test('while our own loudspeaker talks nothing is triggered, and what was heard is said and counted', async () => {
    const begun = Date.now() - 30_000;
    const talk = { v: 1, kind: 'talk', site: 'test', area: 'hall', source: 'speaker', capturedAt: begun };
    await send({ ...talk, until: begun + 5000 });
    await send(payloadOf(windowFrom(0), { source: 'yard', capturedAt: begun + 2000 }));
    const muted = await heard('yard', begun + 2000);
    assert.deepEqual(muted.triggered, []);
    assert.deepEqual(muted.muted, { until: begun + 5700, unheard: ['glass_break'] });
    const metrics = await (await fetch(`${host.url}/echosight/metrics`)).text();
    assert.match(metrics, /sounds_muted_total\{[^}]*source="yard",label="glass_break"\} 1/);
    await send({ ...talk, until: 'later' });
    const refused = await host.waitFor('errors', () => true);
    assert.match(JSON.stringify(refused), /ES_BAD_INPUT.*talk/);
  });

  test('a microphone that is silent for a minute is a cue that a rule can ask for, and over when it sounds', async () => {
    const begun = Date.now() - 200_000;
    const windows = Array.from({ length: 130 }, (_, window) =>
      payloadOf(silence, { source: 'attic', capturedAt: begun + window * hopMs }),
    );
    // A few at a time: more than wait in the queue of one source would be passed over.
    for (let from = 0; from < windows.length; from += 4) {
      await send(...windows.slice(from, from + 4));
      await heard('attic', begun + Math.min(from + 3, windows.length - 1) * hopMs);
    }
    const cue = (await host.waitFor('heard', ({ payload }) => isCue(payload, 1))).payload as Cue;
    assert.deepEqual([cue.cue, cue.score, cue.features.kind, cue.features.dbfs], ['silence', 1, 'level', -100]);
    const told = await host.waitFor('told', ({ payload }) => (payload as Incident).reason === 'silence');
    assert.match((told.payload as Incident).explanation.join(' '), /attic hears quieter than -85 dBFS since .*dead\?/);
    await send(payloadOf(windowFrom(0), { source: 'attic', capturedAt: begun + 131 * hopMs }));
    await host.waitFor('heard', ({ payload }) => isCue(payload, 0));
  });
});

function isCue(payload: unknown, score: number): boolean {
  const { kind, score: told } = payload as { kind: string; score?: number };
  return kind === 'cue' && told === score;
}
