import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ClipJudge } from '../../../src/audio/clips/clip-judge.ts';
import type { ClipWindow } from '../../../src/audio/clips/clip-listener.ts';
import { shippedMapping } from '../../../src/audio/sound-mapping.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { encodeWav } from '../../../src/pcm/wav.ts';
import { SoundDesk, type SoundDeskOptions } from '../../../src/site/sound-desk.ts';
import { usualDecision } from '../audio/new-analysis.ts';
import { ManualClock } from '../manual-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const wav = encodeWav(new Float32Array(16_000).fill(0.1), 16_000);
const scores = { glass_break: 0.1, gunshot: 0.1, scream: 0.1, forced_entry: 0.1, bell: 0.5 };
const window: ClipWindow = { scores, top: [], named: {}, dbfs: -5, peak: 1, offset: 0 };

/** A desk, and what it asked for. */
function deskOf(judge: ClipJudge | undefined, over: Partial<SoundDeskOptions> = {}) {
  const asked: unknown[] = [];
  const desk = new SoundDesk({
    judge: () => judge,
    mapping: () => shippedMapping(),
    fault: () => undefined,
    open: () => undefined,
    lease: (model, table) => ({
      get: () => ({
        hear: (_wav, { trained, columns, signal }, take) => {
          asked.push({ model, table, trained, columns, signal });
          take(window);
          const timings = { waitMs: 0, featuresMs: 0, inferenceMs: 0 };
          return Promise.resolve({ seconds: 1, dbfs: -5, peak: 1, backend: 'b', model, timings });
        },
      }),
      release: () => asked.push('released'),
    }),
    ran: (model) => asked.push(`${model} ran`),
    decoder: { decode: () => Promise.reject(new Error('nothing to decode')) },
    folders: { make: () => Promise.reject(new Error('nothing to keep')), tidy: () => Promise.resolve() },
    clock: new ManualClock(),
    ...over,
  });
  return { desk, asked };
}

describe('whole sound files are judged', () => {
  test('as the audio-classify that was deployed last does: its model, table, thresholds and choice of what was trained', async () => {
    const thresholds = { ...usualDecision.thresholds, bell: 0.4 };
    const decision = { ...usualDecision, thresholds };
    const { desk, asked } = deskOf({ model: 'm', table: '{"classes":{}}', decision, trained: false });
    const said = await desk.predict(wav);
    const heard = { model: 'm', table: '{"classes":{}}', trained: false, columns: undefined, signal: undefined };
    assert.deepEqual(asked, [heard, 'released', 'm ran']);
    assert.deepEqual([said.prediction, said.triggered, said.thresholds.bell], [1, ['bell'], 0.4]);
    thresholds.bell = 0.6;
    assert.deepEqual((await desk.predict(wav)).triggered, [], 'a command may change them');
  });

  test('without one as its defaults say; a loud file is no loud sound', async () => {
    const { desk } = deskOf(undefined);
    const said = await desk.predict(wav);
    assert.deepEqual([said.model, said.triggered, said.prediction], [desk.judge.model, [], 0]);
    assert.deepEqual([desk.judge.trained, desk.judge.table], [true, '']);
  });

  test('its state is that of the open model; one that is not open is looked for', () => {
    const fault = new SentinelError('ES_MODEL_MISSING', 'It is gone.');
    let looks = 0;
    const look = (): SentinelError => {
      looks += 1;
      return fault;
    };
    const closed = deskOf(undefined, { fault: look }).desk;
    assert.deepEqual(closed.state, { isOpen: false, fault });
    const open = deskOf(undefined, { fault: look, open: () => ({ fault: undefined }) }).desk;
    assert.deepEqual(open.state, { isOpen: true, fault: undefined });
    assert.equal(looks, 1);
  });

  test('nobody decodes for whoever has gone', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    const { desk } = deskOf(undefined);
    await assert.rejects(desk.predict(Buffer.from('fLaC and more of it'), { signal: gone }), { message: 'gone' });
    assert.equal(desk.clips, 0);
  });

  test('what is decoded lies in a folder of the process, and is gone with the answer or with a failure', async (t) => {
    const base = temporaryFolder(t);
    const flac = Buffer.from('fLaC and more of it');
    const tidied: boolean[] = [];
    let fails = false;
    const seen: string[] = [];
    const { desk } = deskOf(undefined, {
      folders: {
        make: () => {
          mkdirSync(join(base, 'job'));
          return Promise.resolve(join(base, 'job'));
        },
        tidy: () => {
          tidied.push(existsSync(join(base, 'job')));
          return Promise.resolve();
        },
      },
      decoder: {
        decode: (path) => {
          seen.push(path);
          assert.deepEqual(readFileSync(path), flac);
          return fails ? Promise.reject(new Error('no sound')) : Promise.resolve(new Float32Array(16_000).fill(0.1));
        },
      },
    });
    assert.equal((await desk.predict(flac)).format, 'flac');
    fails = true;
    await assert.rejects(desk.predict(flac), { message: 'no sound' });
    assert.deepEqual([seen.length, tidied, readdirSync(base)], [2, [false, false], []]);
  });

  test('who goes away while others are decoded waits no more, and keeps nobody out', async (t) => {
    const base = temporaryFolder(t);
    const goOn = Promise.withResolvers<undefined>();
    let [folders, decoded] = [0, 0];
    const { desk } = deskOf(undefined, {
      folders: {
        make: () => {
          const folder = join(base, String(++folders));
          mkdirSync(folder);
          return Promise.resolve(folder);
        },
        tidy: () => Promise.resolve(),
      },
      decoder: {
        decode: async () => {
          decoded += 1;
          await goOn.promise;
          return new Float32Array(16_000).fill(0.1);
        },
      },
    });
    const flac = Buffer.from('fLaC and more of it');
    const first = [desk.predict(flac), desk.predict(flac)];
    const leaves = new AbortController();
    const waiting = Array.from({ length: 24 }, () => desk.predict(flac, { signal: leaves.signal }));
    await assert.rejects(desk.predict(flac), { name: 'ES_BUSY' });
    leaves.abort(new Error('gone'));
    for (const one of await Promise.allSettled(waiting)) assert.equal(one.status, 'rejected');
    const next = desk.predict(flac);
    while (decoded < 2) await turn();
    goOn.resolve(undefined);
    for (const one of [...first, next]) assert.equal((await one).format, 'flac');
    assert.deepEqual([decoded, desk.clips, readdirSync(base)], [3, 0, []]);
  });
});
