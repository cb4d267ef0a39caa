import type { ModelFor } from '../inference/model-description.ts';
import { serveModels } from '../inference/serve-models.ts';
import { openDetection } from './detection.ts';
import { openPose } from './pose/pose-service.ts';

/** Entry of the vision worker threads, and of the process that tries a model. */
serveModels<unknown, unknown>(({ model, provider }) =>
  model.task === 'pose' ? openPose(model) : openDetection(model as ModelFor<'detection'>, provider),
);
