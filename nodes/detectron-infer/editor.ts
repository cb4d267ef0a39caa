import models from 'models-for:detection';
import schema from 'settings-of:detectron-infer';
import { offerModels } from '../../src/editor/model-field.ts';
import { registerNode } from '../../src/editor/register.ts';

registerNode({
  type: 'detectron-infer',
  schema,
  icon: 'detectron-infer.svg',
  canvas: { colour: '#87A980', input: true, outputs: ['detections', 'picture'] },
  prepare: () => {
    offerModels('echosight-detection-models', models);
  },
});
