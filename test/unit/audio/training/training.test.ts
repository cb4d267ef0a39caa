import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { HeadStore } from '../../../../src/audio/heads/head-store.ts';
import type { LessonOrder } from '../../../../src/audio/training/lesson.ts';
import { Training, type TrainingOptions } from '../../../../src/audio/training/training.ts';
import type { TrainingLane } from '../../../../src/audio/training/training-lane.ts';
import { SiteClock } from '../../../../src/clock/site-clock.ts';
import type { TrainingRequest } from '../../../../src/contracts/training.ts';
import { openDatabase } from '../../../../src/database/database.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A training whose thread never answers until its lane is closed, and what is asked of it. */
async function newTraining(t: TestContext, over: Partial<TrainingOptions> = {}) {
  const folder = temporaryFolder(t);
  const clock = new SiteClock(() => undefined);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log, clock });
  t.after(() => database.close());
  const asked: LessonOrder[] = [];
  const models: (string | undefined)[] = [];
  const lane = (): TrainingLane => {
    const closed = Promise.withResolvers<{ dropped: 'closed' }>();
    return {
      run: (job: { make: (share: never) => { request: LessonOrder } }) => {
        asked.push(job.make(undefined as never).request);
        return closed.promise;
      },
      close: () => {
        closed.resolve({ dropped: 'closed' });
        return Promise.resolve();
      },
    } as unknown as TrainingLane;
  };
  const training = new Training({
    ...{ folder: join(folder, 'training'), clock, log, newId: () => 'id', usualModel: 'usual' },
    ...{ database: () => Promise.resolve(database), listening: () => undefined },
    heads: new HeadStore(join(folder, 'heads'), () => Promise.resolve(undefined)),
    decoder: { decode: () => Promise.reject(new Error('nothing is decoded')) },
    findModel: (id: string) => {
      models.push(id);
      return { id } as ReturnType<TrainingOptions['findModel']>;
    },
    pool: { lane } as unknown as TrainingOptions['pool'],
    ...over,
  });
  const sessions = async (): Promise<number> =>
    (await database.query.selectFrom('retraining_sessions').select('id').execute()).length;
  const opening = async (): Promise<void> => {
    while (asked.length === 0) await turn();
  };
  return { training, folder, models, asked, sessions, opening };
}

describe('a training that is begun', () => {
  for (const end of ['cancel', 'close'] as const) {
    test(`can be ended by ${end} while its recordings are opened: nothing of it stays`, async (t) => {
      const { training, folder, sessions, opening } = await newTraining(t);
      const zip = join(folder, 'a.zip');
      writeFileSync(zip, 'PK');
      const begun = assert.rejects(training.begin({ zip, owned: true }), { name: 'ES_TRAINING_CANCELLED' });
      await opening();
      await assert.rejects(training.begin({ zip: '/other' }), { name: 'ES_TRAINING_BUSY' });
      await assert.rejects(training.newUpload(1), { name: 'ES_TRAINING_BUSY' }, 'nobody sends a zip for nothing');
      assert.equal(await training[end](), end === 'cancel' ? true : undefined);
      await begun;
      assert.deepEqual([await sessions(), existsSync(zip)], [0, false]);
      assert.equal((await training.status()).state, 'idle');
      assert.equal(await training.cancel(), false);
    });
  }

  test('after the end is none', async (t) => {
    const { training } = await newTraining(t);
    await training.close();
    await assert.rejects(training.begin({ zip: '/a.zip' }), { name: 'ES_TRAINING_CANCELLED' });
  });

  test('learns what listens, unless another model is named', async (t) => {
    const asks = async (listening: string | undefined, request: TrainingRequest): Promise<string | undefined> => {
      const { training, models, opening } = await newTraining(t, { listening: () => listening });
      assert.equal((await training.status()).model, listening ?? 'usual');
      const begun = assert.rejects(training.begin(request));
      await opening();
      await training.close();
      await begun;
      return models[0];
    };
    assert.equal(await asks('yamnet', { zip: '/a.zip' }), 'yamnet');
    assert.equal(await asks(undefined, { zip: '/a.zip' }), 'usual');
    assert.equal(await asks('yamnet', { zip: '/a.zip', model: 'mine' }), 'mine');
  });

  test('at a pipe, a device or nothing is refused at once', async (t) => {
    const { training, folder, asked } = await newTraining(t);
    const paths = ['/dev/zero', join(folder, 'nothing'), 'relative.zip'];
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(folder, 'pipe.zip')]);
      paths.push(join(folder, 'pipe.zip'));
    }
    for (const path of paths) await assert.rejects(training.beginAt(path, {}), { name: 'ES_TRAINING_DATA' }, path);
    assert.deepEqual(asked, []);
  });
});
