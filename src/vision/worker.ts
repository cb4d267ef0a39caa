import type { ModelFor } from '../inference/model-description.ts';
import { serveModels } from '../inference/serve-models.ts';
import { openDetection } from './detection.ts';

/** Entry of the vision worker threads, and of the process that tries a model. `Detector` asks for detection models alone. */
serveModels(({ model, provider }) => openDetection(model as ModelFor<'detection'>, provider));
