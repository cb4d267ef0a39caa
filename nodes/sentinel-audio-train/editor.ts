import models from 'models-for:sound';
import schema from 'settings-of:sentinel-audio-train';
import { offerModelPicker } from '../../src/editor/model-picker.ts';
import { registerNode, text } from '../../src/editor/register.ts';
import { offerTraining } from '../../src/editor/training/training-view.ts';

const type = 'sentinel-audio-train';

registerNode({
  type,
  schema,
  icon: 'sentinel-audio-train.svg',
  canvas: { colour: '#D8BFD8', input: true, outputs: ['progress', 'result'] },
  prepare: (node) => {
    const empty = text('sentinel-audio-train', 'sentinel-audio-train.picker.listening');
    offerModelPicker(type, models, { empty });
    offerTraining(node);
  },
});
