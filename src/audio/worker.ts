import { workerData } from 'node:worker_threads';
import type { ModelFor } from '../inference/model-description.ts';
import { serveRequests } from '../inference/worker-port.ts';
import { openClassification } from './classification.ts';

/** Entry of the audio worker thread; `SoundClassifier` starts it with a model description. */
serveRequests(() => openClassification(workerData as ModelFor<'sound'>));
