import { SentinelError } from '../../../src/contracts/errors.ts';
import { serveRequests } from '../../../src/inference/worker-port.ts';

/** A worker thread that cannot start. */
serveRequests(() => Promise.reject(new SentinelError('ES_MODEL_MISSING', 'There is no model.', { hint: 'Add it.' })));
