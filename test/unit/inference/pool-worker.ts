import { setTimeout } from 'node:timers/promises';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { serveModels } from '../../../src/inference/serve-models.ts';
import type { PoolOrder } from './worker-pool.test.ts';

/** A worker of a pool whose models do what a test asks of them. Each open model has its number, in order of opening. */
let opened = 0;

serveModels<PoolOrder, string>(async ({ model }) => {
  if (model.title === 'cannot be opened')
    throw new SentinelError('ES_MODEL_INVALID', 'No such model.', { hint: 'Go.' });
  await setTimeout(1);
  opened += 1;
  const number = opened;
  let together: { count: number; done: Promise<unknown> } | undefined;
  if (model.title === 'three at once') {
    return {
      atOnce: 3,
      async answer({ say, after }) {
        const mine = (together ??= { count: 0, done: setTimeout(after) });
        mine.count += 1;
        await mine.done;
        together = undefined;
        return `${say}, one of ${mine.count}`;
      },
      release: () => Promise.resolve(),
    };
  }
  return {
    async answer({ say, after, how }) {
      if (how === 'die') process.exit(3);
      if (how === 'fail') throw new Error('It failed.');
      if (how === 'hang') return new Promise(() => undefined);
      return setTimeout(after, `${say} by ${model.id} ${number}`);
    },
    release: () => Promise.resolve(),
  };
});
