import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { HeadStore } from '../../../../src/audio/heads/head-store.ts';
import type { Learnt } from '../../../../src/audio/training/learning/learning.ts';
import type { LessonOrder, LessonReply } from '../../../../src/audio/training/lesson.ts';
import { Training, type TrainingOptions } from '../../../../src/audio/training/training.ts';
import type { TrainingLane } from '../../../../src/audio/training/training-lane.ts';
import { SiteClock } from '../../../../src/clock/site-clock.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import type { SoundFileDecoder } from '../../../../src/contracts/ports.ts';
import type { TrainingSession } from '../../../../src/contracts/training.ts';
import { openDatabase } from '../../../../src/database/database.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const modelSha256 = 'b'.repeat(64);

const learnt: Learnt = {
  ...{ labels: ['danger', 'safe'], weights: new Float32Array(8), bias: new Float32Array(2) },
  ...{ thresholds: { danger: 0.6 }, clips: ['c'.repeat(64)] },
  results: {
    ...{ accuracy: 1, balancedAccuracy: 1, method: 'leave-one-file-out', folds: 0, labels: ['danger', 'safe'] },
    classes: ['danger', 'safe'].map((label) => ({
      ...{ label, clips: 1, windows: 1, seconds: 1, precision: 1, recall: 1, f1: 1, averagePrecision: 1 },
    })),
    ...{ confusion: [], history: [], confidence: { bins: [], right: [], wrong: [] } },
    other: { windows: 0, falseAlarms: 0 },
  },
};

/** What the thread answers where a test does not say otherwise: three WAV files, of which a head is learnt in two steps. */
function usual(order: LessonOrder): LessonReply {
  if ('open' in order) return { opened: { kind: 'zip', bytes: 100, files: 3, refusals: [] } };
  if ('refuse' in order) return { refused: { file: `${order.clip}.wav`, reason: order.refuse } };
  if ('clip' in order) return { embedded: { label: order.clip === 0 ? 'danger' : 'safe', seconds: 1, windows: 1 } };
  return 'learn' in order ? { progress: 0.5 } : { learnt, modelSha256 };
}

type Answer = (order: LessonOrder) => LessonReply | Promise<LessonReply>;

/** A training whose thread is a script; version 1 is in use. */
async function newTraining(t: TestContext, answer: Answer, decode: SoundFileDecoder['decode'] = nothing) {
  const folder = temporaryFolder(t);
  const clock = new SiteClock(() => undefined);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log, clock });
  t.after(() => database.close());
  const lane = (): TrainingLane => {
    const closed = Promise.withResolvers<{ dropped: 'closed' }>();
    return {
      run: async (job: { make: (share: never) => { request: LessonOrder } }) =>
        await Promise.race([closed.promise, replied(answer(job.make(undefined as never).request))]),
      close: () => {
        closed.resolve({ dropped: 'closed' });
        return Promise.resolve();
      },
    } as unknown as TrainingLane;
  };
  const heads = new HeadStore(join(folder, 'heads'), () => Promise.resolve(modelSha256));
  await heads.add(learnt, { sessionId: 's', model: 'ears', modelSha256, createdAt: 1 });
  await heads.activate(1);
  let ids = 0;
  const training = new Training({
    ...{ folder: join(folder, 'training'), clock, log, newId: () => `id${++ids}`, usualModel: 'ears' },
    ...{ database: () => Promise.resolve(database), listening: () => undefined, heads, decoder: { decode } },
    findModel: (id: string) => ({ id }) as ReturnType<TrainingOptions['findModel']>,
    pool: { lane } as unknown as TrainingOptions['pool'],
  });
  let ended = Promise.withResolvers<TrainingSession>();
  // The last news of a training comes when the next one may begin.
  training.watch((session) => {
    if (session.endedAt !== undefined) ended.resolve(session);
  });
  const over = (): Promise<TrainingSession> => ended.promise;
  const begin = async (activate: { activate?: boolean } = { activate: true }): Promise<void> => {
    ended = Promise.withResolvers();
    const zip = join(folder, 'a.zip');
    writeFileSync(zip, 'PK');
    await training.begin({ zip, owned: true, name: 'a.zip', origin: 'http', by: 'ann', ...activate });
  };
  /** Files that a training left: of those, and of heads, a folder has no others. */
  const left = (): string[] => [
    ...readdirSync(folder).filter((name) => name.endsWith('.zip')),
    ...readdirSync(join(folder, 'training'), { recursive: true })
      .map(String)
      .filter((name) => name !== 'sessions'),
  ];
  return { training, heads, database, begin, over, left };
}

async function replied(reply: LessonReply | Promise<LessonReply>): Promise<{ dropped: false; reply: LessonReply }> {
  return { dropped: false, reply: await reply };
}

function nothing(): Promise<never> {
  return Promise.reject(new Error('nothing is to be decoded'));
}

describe('a training', () => {
  test('refuses a clip that is too long to be decoded, alone; what it was and became stands in the database', async (t) => {
    const refusing: SoundFileDecoder['decode'] = () =>
      Promise.reject(new SentinelError('ES_AUDIO_TOO_LONG', 'The sound is longer than 60 s.'));
    const first = (order: LessonOrder): LessonReply =>
      'clip' in order && order.clip === 2 && !('refuse' in order) ? { decode: new Uint8Array(3) } : usual(order);
    const { begin, over, database, heads, left } = await newTraining(t, first, refusing);
    await begin();
    const session = await over();
    assert.equal(session.state, 'done', JSON.stringify(session.error));
    assert.deepEqual(session.refusals, [{ file: '2.wav', reason: 'The sound is longer than 60 s.' }]);
    assert.deepEqual([session.version, session.activated, heads.running?.version], [2, true, 2]);
    const [upload] = await database.query.selectFrom('training_data_uploads').selectAll().execute();
    assert.deepEqual(
      [upload?.name, upload?.kind, upload?.bytes, upload?.files, upload?.accepted, upload?.refused, upload?.by],
      ['a.zip', 'zip', 100, 3, 2, 1, 'ann'],
    );
    assert.deepEqual(JSON.parse(upload?.classes_json ?? ''), { danger: 1, safe: 1 });
    const [row] = await database.query.selectFrom('retraining_sessions').selectAll().execute();
    assert.deepEqual(
      [row?.id, row?.upload_id, row?.state, row?.version, row?.activated],
      [session.id, upload?.id, 'done', 2, 1],
    );
    assert.ok((row?.ended_at ?? 0) >= (row?.started_at ?? Infinity));
    assert.deepEqual(left(), []);
  });

  test('by HTTP is put to use only while somebody of the house says so', async (t) => {
    const { training, begin, over, heads } = await newTraining(t, usual);
    const learns = async (): Promise<unknown[]> => {
      await begin({});
      const { version, activated, kept } = await over();
      return [version, activated, heads.running?.version, kept === undefined];
    };
    assert.deepEqual(await learns(), [2, false, 1, false]);
    const [leave, other] = [training.trustHttp(), training.trustHttp()];
    leave();
    assert.deepEqual(await learns(), [3, true, 3, true]);
    other();
    assert.deepEqual(await learns(), [4, false, 3, false]);
  });

  test('may begin as soon as the one before says that it is over', async (t) => {
    const { training, begin, over } = await newTraining(t, usual);
    await begin();
    while ((await training.status()).session?.endedAt === undefined) await turn();
    await begin();
    assert.equal((await over()).state, 'done');
  });

  /** Where it stands still until it is cancelled. */
  const stages: Record<string, (order: LessonOrder) => boolean> = {
    'a clip is heard': (order) => 'clip' in order && order.clip === 1,
    'a head is about to be learnt': (order) => 'learn' in order,
    'a head is learnt': (order) => 'goOn' in order,
  };
  for (const [stage, isReached] of Object.entries(stages)) {
    test(`that is cancelled while ${stage} leaves the version in use, and nothing of its own`, async (t) => {
      const reached = Promise.withResolvers<undefined>();
      const goOn = Promise.withResolvers<undefined>();
      const { training, begin, over, database, heads, left } = await newTraining(t, async (order) => {
        if (isReached(order)) {
          reached.resolve(undefined);
          await goOn.promise;
        }
        return usual(order);
      });
      await begin();
      await reached.promise;
      const cancelled = training.cancel();
      await turn();
      goOn.resolve(undefined);
      assert.equal(await cancelled, true);
      const session = await over();
      assert.deepEqual(
        [session.state, session.error?.name, session.version],
        ['cancelled', 'ES_TRAINING_CANCELLED', undefined],
      );
      const [row] = await database.query.selectFrom('retraining_sessions').select(['state', 'error_json']).execute();
      assert.equal(row?.state, 'cancelled');
      assert.deepEqual([(await heads.list()).length, heads.running?.version, left()], [1, 1, []]);
      assert.equal(await training.cancel(), false, 'there is none any more');
    });
  }

  test('that is cancelled while clips are decoded is over when the last decoder has ended, and takes their files away', async (t) => {
    const decoding = Promise.withResolvers<undefined>();
    const lastEnds = Promise.withResolvers<undefined>();
    let begun = 0;
    const waiting: SoundFileDecoder['decode'] = async (_file, { signal }) => {
      begun += 1;
      const isLast = begun === 3;
      if (isLast) decoding.resolve(undefined);
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      if (isLast) await lastEnds.promise;
      throw signal?.reason as Error;
    };
    const { training, begin, over, left } = await newTraining(
      t,
      (order) => ('clip' in order ? { decode: new Uint8Array(3) } : usual(order)),
      waiting,
    );
    await begin();
    await decoding.promise;
    let isOver = false;
    const cancelled = training.cancel().then(() => (isOver = true));
    await sleep(300);
    assert.equal(isOver, false, 'a decoder still runs');
    lastEnds.resolve(undefined);
    await cancelled;
    assert.deepEqual(left(), []);
    assert.equal((await over()).state, 'cancelled');
  });
});
