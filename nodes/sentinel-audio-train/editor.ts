import models from 'models-for:sound';
import schema from 'settings-of:sentinel-audio-train';
import { offerModels } from '../../src/editor/model-field.ts';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'sentinel-audio-train',
  schema,
  icon: 'sentinel-audio-train.svg',
  canvas: { colour: '#D8BFD8', input: true, outputs: ['progress', 'result'] },
  prepare: () => {
    offerModels('echosight-train-models', models);
  },
});
