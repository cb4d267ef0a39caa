import models from 'models-for:sound';
import schema from 'settings-of:audio-classify';
import { offerModels } from '../../src/editor/model-field.ts';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'audio-classify',
  schema,
  icon: 'audio-classify.svg',
  canvas: { colour: '#D8BFD8', input: true, outputs: ['scores'] },
  prepare: () => {
    offerModels('echosight-sound-models', models);
  },
});
