import { setTimeout } from 'node:timers/promises';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { serveRequests } from '../../../src/inference/worker-port.ts';

export type Order =
  'environment' | 'refuse' | 'stumble' | 'die' | 'throw outside' | 'hang' | { repeat: string; after: number };

/** A worker thread that does what a test asks of it. */
serveRequests<Order, string>(async () => {
  await setTimeout(1);
  return {
    async answer(order) {
      if (typeof order === 'object') return setTimeout(order.after, order.repeat);
      if (order === 'environment') return JSON.stringify(process.env);
      if (order === 'refuse') throw new SentinelError('ES_IMAGE_INVALID', 'No picture.', { hint: 'Send one.' });
      if (order === 'stumble') throw new TypeError('an inner failure');
      if (order === 'die') process.exit(3);
      if (order === 'throw outside') {
        setImmediate(() => {
          throw new Error('thrown where nobody catches');
        });
      }
      return new Promise(() => undefined);
    },
    release: () => Promise.resolve(),
  };
});
