import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Training } from '../../../src/audio/training/training.ts';
import type { TrainingSession } from '../../../src/contracts/training.ts';
import { TrainingReports } from '../../../src/site/training-reports.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

const session: TrainingSession = {
  ...{ id: 's', uploadId: 'u', state: 'done', progress: 1, model: 'ears', startedAt: 1, clips: 8, refused: 0 },
  ...{ refusals: [], version: 2, activated: false, kept: 'It came by HTTP.', origin: 'http' },
};

function reports(result: (report: object) => void): { log: RecordingLog; tell: () => void } {
  const log = new RecordingLog();
  let tell: (session: TrainingSession) => void = () => undefined;
  const training = {
    watch: (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
    status: () => Promise.resolve({ state: 'done', progress: 1, versions: [], misfit: 'Another model listens.' }),
  } as unknown as Training;
  const unexpected = (): void => {
    throw new Error('not expected');
  };
  const takers = { progress: unexpected, failed: unexpected, result };
  new TrainingReports({ id: 'home', clock: new ManualClock(), log }, training, takers);
  return {
    log,
    tell: () => {
      tell(session);
    },
  };
}

test('the end of a training is told with what is in use, and why its head is not', async () => {
  const seen: object[] = [];
  const { tell } = reports((report) => seen.push(report));
  tell();
  await turn();
  assert.partialDeepStrictEqual(seen, [{ sessionId: 's', kept: 'It came by HTTP.', misfit: 'Another model listens.' }]);
});

test('one that cannot be told is said in the log, and ends nothing', async () => {
  const { log, tell } = reports(() => {
    throw new Error('the flow is gone');
  });
  tell();
  await turn();
  assert.deepEqual(log.lines, ['error: How a training ended could not be told: Error: the flow is gone']);
});
