import type { ModelFor } from '../inference/model-description.ts';
import { serveModels } from '../inference/serve-models.ts';
import { openClassification } from './classification.ts';

/** Entry of the audio worker thread, and of the process that tries a model. `SoundClassifier` asks for sound models alone. */
serveModels(({ model }) => openClassification(model as ModelFor<'sound'>));
