import { workerData } from 'node:worker_threads';
import type { ModelFor } from '../inference/model-description.ts';
import { serveRequests } from '../inference/worker-port.ts';
import { openDetection } from './detection.ts';

/** Entry of the vision worker thread; `Detector` starts it with a model description. */
serveRequests(() => openDetection(workerData as ModelFor<'detection'>));
