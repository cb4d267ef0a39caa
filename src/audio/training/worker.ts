import type { ModelFor } from '../../inference/model-description.ts';
import { serveModels } from '../../inference/serve-models.ts';
import { stepBackThread } from '../../process/thread-priority.ts';
import { Lesson } from './lesson.ts';

/** Entry of the training thread, and of the process that tries a model for it. */
stepBackThread();
serveModels(({ model }) => Lesson.open(model as ModelFor<'sound'>));
